"""Spiders choose requests; what comes back is read by `scrapers.pages`."""
