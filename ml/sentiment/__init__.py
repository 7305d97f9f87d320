"""What reviews say: their language, how pleased they are, how likely they regret."""

from ml.sentiment.language import language
from ml.sentiment.polarity import polarity
from ml.sentiment.regret_words import regret_score
from ml.sentiment.reviews import score_reviews

__all__ = ["language", "polarity", "regret_score", "score_reviews"]
