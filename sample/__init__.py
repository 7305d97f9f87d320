"""A small made-up market: pages served over HTTP and a retailer's export."""
