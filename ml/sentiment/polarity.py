"""Polarity of reviews, computed once for each text."""

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col
from textblob import TextBlob

from store.tables import Review


def polarity(text: str) -> float:
    """Return TextBlob's polarity of a text, -1 to 1.

    >>> polarity("I love it") > 0 > polarity("awful, it broke")
    True
    """
    return float(TextBlob(text).sentiment.polarity)


def score_reviews(session: Session) -> int:
    """Fill in the polarity of reviews that have none yet; return how many."""
    query = select(col(Review.review_id), col(Review.text)).where(
        col(Review.polarity).is_(None), col(Review.text).is_not(None)
    )
    rows = session.execute(query).all()
    # The same short texts come again and again.
    scores = {text: polarity(text) for text in {text for _, text in rows}}
    if rows:
        session.connection().execute(
            update(Review)
            .where(col(Review.review_id) == bindparam("id"))
            .values(polarity=bindparam("score")),
            [{"id": review_id, "score": scores[text]} for review_id, text in rows],
        )
    return len(rows)
