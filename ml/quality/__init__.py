"""How good probabilities are, over all and by group."""
