"""What a model was trained on, and whether today is still like it."""
