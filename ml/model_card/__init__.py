"""The model card: what a model is for, how good it is and for whom, for people."""
