"""From a probability to a decision."""
