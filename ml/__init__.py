"""From the store to a probability."""
