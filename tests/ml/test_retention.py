from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from ml.lifespan import fit_lifespan
from ml.retention import kept_by_product
from store.duck import duck_session
from store.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)


def kept(orders: list[tuple[str, int, int | None]], last: str = "2026-12-31"):
    with (
        TemporaryDirectory() as folder,
        duck_session(Settings(data_dir=folder)) as duck,
    ):
        duck.execute(f"CREATE TABLE bounds AS SELECT DATE '{last}' AS last_day")
        duck.execute(
            'CREATE TABLE "order" (order_id VARCHAR, product_id VARCHAR, '
            "purchased_at TIMESTAMPTZ)"
        )
        duck.execute(
            'CREATE TABLE "return" (order_id VARCHAR, returned_at TIMESTAMPTZ)'
        )
        for number, (product, day, back) in enumerate(orders):
            at = START + timedelta(days=day)
            duck.execute('INSERT INTO "order" VALUES (?, ?, ?)', [number, product, at])
            if back is not None:
                back_at = at + timedelta(days=back)
                duck.execute('INSERT INTO "return" VALUES (?, ?)', [number, back_at])
        return kept_by_product(duck)


def test_the_share_kept_is_that_of_kaplan_and_meier():
    orders = [("p", 0, 10)] * 10 + [("p", 0, None)] * 30
    share = kept(orders)["p"]
    assert share.share == pytest.approx(0.75)
    assert share.low < 0.75 < share.high
    assert share.n == 40


def test_young_orders_count_for_as_long_as_they_were_watched():
    # Ten of twenty came back on day 10; twenty more are five days old, and say nothing
    # of day 10.
    orders = [("p", 0, 10)] * 10 + [("p", 0, None)] * 10 + [("p", 360, None)] * 20
    assert kept(orders)["p"].share == pytest.approx(0.5, abs=0.01)


def test_too_few_or_too_young_orders_say_nothing():
    assert kept([("p", 0, None)] * 19) == {}
    assert kept([("p", 300, None)] * 50) == {}


def test_nobody_returned_it():
    share = kept([("p", 0, None)] * 50)["p"]
    assert (share.share, share.low, share.high) == (1, 1, 1)


def test_days_left_are_those_of_trends_as_old():
    ended = np.array([10, 20, 30, 40, 50, 60])
    lifespan = fit_lifespan(ended, np.ones(6, bool))
    assert lifespan.days_left(0) == 30
    assert lifespan.days_left(35) == 15
    assert lifespan.days_left(60) is None
    assert fit_lifespan(ended, np.zeros(6, bool)).days_left(5) is None
