"""Polarity of a review: how positive its adjectives are, as TextBlob has it."""

from textblob import TextBlob


def polarity(text: str) -> float:
    """Return TextBlob's polarity of an English text, -1 to 1.

    >>> polarity("I love it") > 0 > polarity("awful, it broke")
    True
    """
    return float(TextBlob(text).sentiment.polarity)
