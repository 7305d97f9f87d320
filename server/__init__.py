"""From a probability to an answer."""
