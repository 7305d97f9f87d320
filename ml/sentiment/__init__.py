"""What reviews say: how pleased they are, and whether they speak of regret."""

from ml.sentiment.polarity import polarity, score_reviews

__all__ = ["polarity", "score_reviews"]
