from datetime import UTC, datetime

import pyarrow as pa
import pytest
from sqlmodel import select

from ml.matching.hashtags import (
    hashtag_words,
    hashtags_by_word,
    link_products,
    match_title,
)
from store.bulk import merge_rows
from store.tables import HashtagSnapshot, Product, ProductHashtag

TAGS = hashtags_by_word(
    [
        "ribbedleggings",
        "tiktokleggings",
        "ribbedleggingstok",
        "cloudpillow",
        "lumenzablush",
    ]
)


@pytest.mark.parametrize(
    ("hashtag", "words"),
    [
        ("tiktokmademebuyit", ()),
        ("ribbedleggingstok", ("ribbed", "leggings")),
        ("tiktokleggings", ("leggings",)),
    ],
)
def test_words_of_the_platform_are_dropped(hashtag, words):
    assert hashtag_words(hashtag) == words


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Acme Ribbed Leggings, black", ["ribbedleggings", "ribbedleggingstok"]),
        ("Ribbed legging", ["ribbedleggings", "ribbedleggingstok"]),
        ("Acme velvet leggings", []),
        ("Memory foam pillow", []),
        ("", []),
    ],
)
def test_every_word_has_to_be_in_the_title(title, found):
    assert [tag for tag, _ in match_title(title, TAGS)] == found


def test_confidence_is_a_probability():
    assert all(0.5 <= c <= 1 for _, c in match_title("ribbed leggings", TAGS))


def test_a_new_title_takes_its_old_links_with_it(database):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    snapshot = {"hashtag": "ribbedleggings", "observed_at": at, "view_count": 1}
    with database.writing() as session:
        rows = pa.Table.from_pylist([snapshot | {"source": "import"}])
        merge_rows(session, HashtagSnapshot, rows)
        for title, links in (("Ribbed Leggings", 1), ("Velvet Hoodie", 0)):
            product = {"product_id": "p", "title": title}
            merge_rows(session, Product, pa.Table.from_pylist([product]))
            assert link_products(session) == links
            assert len(session.exec(select(ProductHashtag)).all()) == links
