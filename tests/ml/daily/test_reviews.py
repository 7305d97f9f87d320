"""What reviews said so far, by product and day."""

from datetime import timedelta

import pytest

from ml.daily import open_workbench
from store.database import Database, open_database
from store.settings import Settings
from store.tables import Product, Review
from tests.ml.daily.shop import START, add, days, product


@pytest.fixture
def store(tmp_path) -> Database:
    database = open_database(Settings(data_dir=tmp_path))
    add(database, Product, *map(product, "pqr"))
    yield database
    database.close()


def review(number: int, day: float, regret: float | None, **columns) -> dict:
    """Return a review in English; without regret, one in German."""
    return {
        "review_id": str(number),
        "product_id": "p",
        "reviewed_at": START + timedelta(days=day),
        "polarity": None if regret is None else 0.5,
        "regret_score": regret,
        "language": "de" if regret is None else "en",
    } | columns


def test_regret_is_a_mean_so_far_that_leans_on_the_category(store):
    others = [review(n, 0, 0.1, product_id="q") for n in range(10, 20)]
    add(store, Review, *others, review(1, 1, 0.9), review(2, 4, 0.7))
    with open_workbench(store) as duck:
        means = duck.sql("SELECT regret_talk FROM category_day ORDER BY day").fetchall()
    mean = (10 * 0.1 + 0.9) / 11
    assert means[1][0] == pytest.approx(mean)
    found = days(store)
    assert found[1]["regret_talk"] == pytest.approx((0.9 + 3 * mean) / 4)
    mean = (10 * 0.1 + 1.6) / 12
    assert found[4]["regret_talk"] == pytest.approx((1.6 + 3 * mean) / 5)
    assert found[3]["regret_talk"] == found[1]["regret_talk"]
    assert days(store, "r") == {}


def test_a_category_of_few_reviews_leans_on_the_shop(store):
    other = product("s", category="y")
    add(store, Product, other)
    rows = [review(n, 0, 0.1) for n in range(9)]
    add(store, Review, *rows, review(99, 0, 0.9, product_id="s"))
    with open_workbench(store) as duck:
        found = dict(
            duck.sql("SELECT category, regret_talk FROM category_day").fetchall()
        )
    assert found["y"] == pytest.approx((0.9 + 10 * 0.18) / 11)
    assert found["x"] == pytest.approx((0.9 + 10 * 0.18) / 19)


def test_other_languages_are_counted_and_not_scored(store):
    rows = [
        review(1, 0, 0.2),
        review(2, 1, None),
        review(3, 2, None, language="fr"),
        review(4, 2, None, language="und"),
        review(5, 2, None, language=None),
    ]
    add(store, Review, *rows)
    found = days(store)
    assert [found[d]["other_language_n"] for d in (0, 1, 2)] == [0, 1, 2]
    assert {row["sentiment_n"] for row in found.values()} == {1}
    assert {row["sentiment_as_of"] for row in found.values()} == {START}
    assert found[2]["regret_talk"] == pytest.approx(0.2)


def test_stars_count_in_every_language(store):
    rows = [
        review(1, 0, 0.2, rating=4.0),
        review(2, 1, None, rating=1.5),
        review(3, 2, 0.1),
        review(4, 3, None, rating=0.0, language="fr"),
        review(5, 0, None, rating=5.0, product_id="q"),
    ]
    add(store, Review, *rows)
    found = days(store)
    means = [found[d]["rating_mean"] for d in range(4)]
    assert means == pytest.approx([4.0, 2.75, 2.75, 5.5 / 3])
    assert [found[d]["rating_n"] for d in range(4)] == [1, 2, 2, 3]
    rated = [(found[d]["rating_as_of"] - START).days for d in range(4)]
    assert rated == [0, 1, 1, 3]
    alone = days(store, "q")[0]
    assert (alone["rating_mean"], alone["sentiment_n"]) == (5.0, 0)


def test_without_an_english_review_there_is_no_number(store):
    add(store, Review, review(1, 0, None), review(2, 0, 0.4, product_id="q"))
    with open_workbench(store) as duck:
        rows = duck.sql("SELECT product_id, regret_talk FROM product_day").fetchall()
    assert rows == [("q", pytest.approx(0.4))]
