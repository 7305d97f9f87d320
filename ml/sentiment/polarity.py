"""Polarity of a review: how positive its adjectives are, as TextBlob has it."""


def polarity(text: str) -> float:
    """Return TextBlob's polarity of an English text, -1 to 1.

    >>> polarity("I love it") > 0 > polarity("awful, it broke")
    True
    """
    from textblob import TextBlob  # noqa: PLC0415 - takes a second, few commands need it

    return float(TextBlob(text).sentiment.polarity)
