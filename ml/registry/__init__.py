"""Which models there are, which one is served, and how that is decided."""
