"""Videos whose views or likes look bought, and what small numbers do not say."""

from functools import cache

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ml.daily
from store.duck import sql_beside

COUNTS = ("view_count", "like_count", "comment_count", "share_count")


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """Return one DuckDB for all videos: to make one takes longer than to ask it."""
    return duckdb.connect()


def is_bought(*counts: int | None) -> bool:
    """Return what is said of a video with such counters."""
    duck = engine()
    cells = ", ".join(f"?::BIGINT AS {name}" for name in COUNTS)
    duck.execute(
        "CREATE OR REPLACE TABLE video AS SELECT 'x' AS hashtag, 'v' AS video_id, "
        f"now() AS observed_at, {cells}",
        list(counts),
    )
    query = sql_beside(ml.daily.__file__, "video_seen")
    return bool(duck.execute(f"SELECT is_bought FROM ({query})").fetchone()[0])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((100_000, 300, 20, 10), True),  # views, hardly a like
        ((100_000, 0, 0, 0), True),  # the seed's rule divides by nought here
        ((100_000, 20_000, 1, 0), True),  # likes without a word
        ((100_000, 7_000, 200, 90), False),
        ((100_000, 1_200, 30, 10), False),  # near the seed's bound
        ((100_000, 5_000, 40, 20), False),  # quiet, yet honest
        ((50, 0, 0, 0), False),  # too small to say
        ((300, 2, 0, 0), False),
        ((900, 60, 0, 0), False),  # sixty likes without a word happen
        ((0, 0, 0, 0), False),
    ],
)
def test_both_kinds_of_fake_are_found_and_small_numbers_are_not(counts, expected):
    assert is_bought(*counts) is expected


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_counter_that_is_not_given_says_nothing(missing):
    honest = [100_000, 7_000, 200, 90]
    honest[missing] = None
    assert not is_bought(*honest)
    farmed = [100_000, 20_000, 0, 0]
    farmed[missing] = None
    assert not is_bought(*farmed)


def test_views_without_likes_are_found_though_the_comments_are_not_given():
    assert is_bought(100_000, 100, None, None)


@given(st.integers(0, 10**10), st.integers(0, 10**6), st.integers(0, 10**6))
def test_likes_in_words_and_views_in_likes_are_never_fake(views, comments, shares):
    likes = max(views // 50, 0) + 1
    words = likes // 40 + 1
    assert not is_bought(views, likes, words + comments, shares)


@given(st.integers(400, 10**9))
def test_no_like_in_four_hundred_views_is_fake(views):
    assert is_bought(views, 0, 0, 0)
