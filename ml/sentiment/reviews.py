"""What reviews say, written beside them once: language, polarity, regret."""

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select
from sqlmodel import Session

from ml.sentiment.language import ENGLISH, language
from ml.sentiment.polarity import polarity
from ml.sentiment.regret_words import regret_score
from store.bulk import merge_rows, sql_table
from store.reading import read_rows
from store.tables import Review

BATCH_REVIEWS = 200_000
# What a reviewer thinks stands at the beginning; a pasted novel may not stop the rest.
READ_CHARACTERS = 4_000
SCORES = pa.struct(
    [
        ("language", pa.string()),
        ("polarity", pa.float64()),
        ("regret_score", pa.float64()),
    ]
)


def score_reviews(session: Session) -> int:
    """Score the texts that have no language yet; return how many reviews that were.

    Polarity and regret are scored in English alone: another language has neither, it is
    not neutral. Stars without a text say nothing here and stay as they are.
    """
    scored = 0
    while (rows := _unscored(session)).num_rows:
        merge_rows(session, Review, score_texts(rows))
        scored += rows.num_rows
    return scored


def score_texts(rows: pa.Table) -> pa.Table:
    """Return the rows with their scores in the place of their text.

    Parameters
    ----------
    rows : pyarrow.Table
        ``text`` and whatever goes with it; the same short texts come again and again.
    """
    coded = pc.dictionary_encode(rows["text"].combine_chunks())
    found = pa.array([_scores(text) for text in coded.dictionary.to_pylist()], SCORES)
    columns = pa.Table.from_struct_array(found.take(coded.indices))
    for name in rows.drop_columns("text").column_names:
        columns = columns.append_column(name, rows[name])
    return columns


def _scores(text: str) -> dict[str, str | float | None]:
    beginning = text[:READ_CHARACTERS]
    found = language(beginning)
    if found != ENGLISH:
        return {"language": found, "polarity": None, "regret_score": None}
    return {
        "language": found,
        "polarity": polarity(beginning),
        "regret_score": regret_score(beginning),
    }


def _unscored(session: Session) -> pa.Table:
    review = sql_table(Review)
    # The time goes along for the store to note from which day on things changed.
    query = (
        select(review.c.review_id, review.c.reviewed_at, review.c.text)
        .where(review.c.language.is_(None), review.c.text.is_not(None))
        .limit(BATCH_REVIEWS)
    )
    return read_rows(session, query)
