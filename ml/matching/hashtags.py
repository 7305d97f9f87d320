"""Which hashtags speak of which product, by the words of its title."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import pyarrow as pa
import wordsegment
from rapidfuzz import fuzz
from sqlalchemy import delete, select
from sqlmodel import Session, col

from store.bulk import insert_rows, read_rows, sql_table
from store.database import Database
from store.tables import HashtagSnapshot, Product, ProductHashtag

# Words of the platform say nothing about the thing.
PLATFORM_WORDS = frozenset(
    [
        "tik",
        "tok",
        "tiktok",
        "tt",
        "made",
        "make",
        "me",
        "buy",
        "it",
        "viral",
        "trend",
        "trending",
        "fyp",
        "foryou",
        "find",
        "finds",
        "haul",
        "shop",
        "must",
        "have",
        "musthave",
        "review",
        "the",
        "a",
        "my",
        "of",
        "for",
        "and",
    ]
)
LEAST_CONFIDENCE = 0.5


@cache
def hashtag_words(hashtag: str) -> tuple[str, ...]:
    """Return the words of a hashtag, without the platform's.

    >>> hashtag_words("ribbedleggingstok")
    ('ribbed', 'leggings')
    """
    if not wordsegment.UNIGRAMS:
        wordsegment.load()
    words = wordsegment.segment(hashtag)
    return tuple(word for word in words if word not in PLATFORM_WORDS)


def match_confidence(title_words: frozenset[str], hashtag: str) -> float:
    """Return how sure a hashtag speaks of a product with such a title, 0-1.

    Every word of the hashtag has to be in the title; one word alone is too common to
    mean this product.
    """
    words = hashtag_words(hashtag)
    if not words or not all(_has(title_words, word) for word in words):
        return 0.0
    return {1: 0.3, 2: 0.8}.get(len(words), 0.95)


def link_products(session: Session) -> int:
    """Link products to the observed hashtags by their titles; return how many links.

    The retailer's own links stay as they are.
    """
    observed = session.execute(select(col(HashtagSnapshot.hashtag)).distinct())
    by_word = hashtags_by_word(observed.scalars())
    own = set(
        session.execute(
            select(col(ProductHashtag.product_id), col(ProductHashtag.hashtag)).where(
                col(ProductHashtag.method) == "retailer"
            )
        ).all()
    )
    products = session.execute(select(col(Product.product_id), col(Product.title)))
    links = [
        {
            "product_id": product_id,
            "hashtag": hashtag,
            "confidence": confidence,
            "method": "title",
        }
        for product_id, title in products
        for hashtag, confidence in match_title(title, by_word)
        if (product_id, hashtag) not in own
    ]
    # All anew: a title that has changed takes its old links with it.
    session.execute(delete(ProductHashtag).where(col(ProductHashtag.method) == "title"))
    if links:
        insert_rows(session, sql_table(ProductHashtag), pa.Table.from_pylist(links))
    return len(links)


def match_title(title: str, by_word: dict[str, set[str]]) -> list[tuple[str, float]]:
    """Return the hashtags that speak of a title, surest first.

    Parameters
    ----------
    by_word : dict
        Word -> hashtags that hold it, as `hashtags_by_word` makes it.
    """
    words = title_words(title)
    candidates = {tag for word in words for tag in by_word.get(stem(word), ())}
    scored = ((tag, match_confidence(words, tag)) for tag in candidates)
    sure = [pair for pair in scored if pair[1] >= LEAST_CONFIDENCE]
    return sorted(sure, key=lambda pair: (-pair[1], pair[0]))


def title_words(title: str) -> frozenset[str]:
    """Return the words of a title, lower case."""
    return frozenset(re.findall(r"\w+", title.lower()))


def stem(word: str) -> str:
    """Return what singular and plural share.

    >>> stem("leggings"), stem("dress")
    ('legging', 'dress')
    """
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def hashtags_by_word(hashtags: Iterable[str]) -> dict[str, set[str]]:
    """Return an index from the words of hashtags to the hashtags."""
    index: dict[str, set[str]] = defaultdict(set)
    for hashtag in hashtags:
        for word in hashtag_words(hashtag):
            index[stem(word)].add(hashtag)
    return index


def _has(words: frozenset[str], word: str) -> bool:
    # Spelling slips and plurals of longer words count as the word.
    return word in words or (
        len(word) > 4 and any(fuzz.ratio(word, other) >= 88 for other in words)
    )


def links(database: Database) -> list[dict[str, Any]]:
    """Return every link with its confidence and method, by product."""
    table = sql_table(ProductHashtag)
    query = select(table).order_by(table.c.product_id, table.c.confidence.desc())
    with database.reading() as session:
        rows: list[dict[str, Any]] = read_rows(session, query).to_pylist()
        return rows
