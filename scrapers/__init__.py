"""From the web to the store."""
