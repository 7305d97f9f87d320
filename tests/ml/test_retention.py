"""Shares that are kept: by hand, as lifelines has them, and how sure they are."""

from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy.stats import binomtest

from ml.retention import beta_product_interval, kept_by_product, retention
from store.duck import duck_session, put
from store.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)
NO_LINKS = pa.table({"product_id": ["?"], "hashtag": ["?"], "confidence": [1.0]})
NO_CATEGORY = pa.table({"product_id": ["?"], "category": ["?"]})
Orders = list[tuple[str, int, int | None]]


def shares(
    orders: Orders, last: str = "2026-12-31", links=NO_LINKS, products=NO_CATEGORY
) -> dict[tuple[str, str, int], dict]:
    """Return the rows made of orders, each (product, day bought, days until back)."""
    bought = [START + timedelta(days=day) for _, day, _ in orders]
    back = [
        (str(number), at + timedelta(days=days))
        for number, (at, (_, _, days)) in enumerate(zip(bought, orders, strict=True))
        if days is not None
    ]
    time = pa.timestamp("us", "UTC")
    with (
        TemporaryDirectory() as folder,
        duck_session(Settings(data_dir=folder)) as duck,
    ):
        duck.execute(f"CREATE TABLE bounds AS SELECT DATE '{last}' AS last_day")
        ids = pa.array([str(number) for number in range(len(orders))])
        product_ids = [product for product, _, _ in orders]
        columns = [ids, product_ids, pa.array(bought, time)]
        names = ["order_id", "product_id", "purchased_at"]
        put(duck, "order", pa.table(dict(zip(names, columns, strict=True))))
        returned = pa.array([order for order, _ in back], pa.string())
        at = pa.array([at for _, at in back], time)
        put(duck, "return", pa.table({"order_id": returned, "returned_at": at}))
        put(duck, "product_hashtag", links)
        put(duck, "product", products)
        rows = retention(duck)
    listed = rows.to_pylist()
    found = {(row["scope"], row["key"], row["days"]): row for row in listed}
    assert len(found) == len(listed)
    return found


def card_shares(orders: Orders):
    rows = list(shares(orders).values())
    return kept_by_product(pa.Table.from_pylist(rows)) if rows else {}


def test_the_share_kept_is_that_of_kaplan_and_meier():
    # By hand: 4 of 40 back on day 10; 16 are watched for 20 days only; 5 of the other
    # 20 back on day 25, and 3 of the 15 left on day 60.
    orders = [("p", 0, 10)] * 4 + [("p", 345, None)] * 16
    orders += [("p", 0, 25)] * 5 + [("p", 0, 60)] * 3 + [("p", 0, None)] * 12
    found = shares(orders)
    month, season = found["product", "p", 30], found["product", "p", 90]
    assert month["share"] == pytest.approx(36 / 40 * 15 / 20)
    assert season["share"] == pytest.approx(36 / 40 * 15 / 20 * 12 / 15)
    assert (month["n"], month["watched_n"]) == (40, 15)
    assert (season["n"], season["watched_n"]) == (40, 12)
    assert season["share"] == found["product", "p", 180]["share"]
    for row in found.values():
        assert 0 < row["low"] < row["share"] < row["high"] < 1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 364), st.none() | st.integers(0, 200)),
        min_size=20,
        max_size=60,
    )
)
def test_the_share_is_the_one_lifelines_gives(bought):
    orders = [("p", day, back) for day, back in bought]
    ends = np.array([364 - day + 1 for _, day, _ in orders])
    returned = np.array([b is not None and d + b <= 364 for _, d, b in orders])
    days = np.where(returned, [b or 0 for _, _, b in orders], ends)
    expected = KaplanMeierFitter().fit(days, returned)
    found = shares(orders)
    asked = {h for h in (30, 90, 180) if (ends > h).sum() >= 5}
    assert {key[2] for key in found} == asked
    for (_, _, horizon), row in found.items():
        assert row["share"] == pytest.approx(float(expected.predict(horizon)))
        assert row["watched_n"] == (days > horizon).sum()
        assert 0 <= row["low"] <= row["share"] + 1e-9
        assert row["share"] - 1e-9 <= row["high"] <= 1


def test_young_orders_count_for_as_long_as_they_were_watched():
    # Ten of twenty came back on day 10; twenty more are five days old, and say nothing
    # of day 10.
    orders = [("p", 0, 10)] * 10 + [("p", 0, None)] * 10 + [("p", 360, None)] * 20
    kept = card_shares(orders)["p"]
    assert kept.share == pytest.approx(0.5)
    assert kept.n == 40


def test_too_few_or_too_young_orders_say_nothing():
    assert shares([("p", 0, None)] * 19) == {}
    assert len(shares([("p", 0, None)] * 20)) == 3
    # The year's 300th day leaves 65 to watch.
    assert set(shares([("p", 299, None)] * 50)) == {("product", "p", 30)}
    few_old = [("p", 299, None)] * 50 + [("p", 0, None)] * 4
    assert set(shares(few_old)) == {("product", "p", 30)}
    # Bought after the last day.
    assert shares([("p", 400, None)] * 50) == {}


def test_a_horizon_is_over_only_after_its_last_day():
    # Bought on the 1st, the 31st is the 30th day after: over with the 31st itself.
    assert shares([("p", 0, None)] * 20, last="2026-01-30") == {}
    (row,) = shares(
        [("p", 0, 30)] * 5 + [("p", 0, None)] * 15, last="2026-01-31"
    ).values()
    assert (row["share"], row["watched_n"]) == (0.75, 15)


@pytest.mark.parametrize("count", [20, 50, 1000])
def test_where_nobody_or_everybody_returned_it_the_interval_is_the_exact_one(count):
    nobody = shares([("p", 0, None)] * count)["product", "p", 180]
    everybody = shares([("p", 0, 5)] * count)["product", "p", 180]
    exact = binomtest(count, count).proportion_ci(0.95, "exact")
    assert (nobody["share"], nobody["high"]) == (1, 1)
    assert nobody["low"] == pytest.approx(exact.low)
    assert (everybody["share"], everybody["low"]) == (0, 0)
    assert everybody["high"] == pytest.approx(1 - exact.low)


def test_without_censoring_the_interval_is_that_of_clopper_and_pearson():
    orders = [("p", 0, 1 + n % 25) for n in range(30)] + [("p", 0, None)] * 70
    row = shares(orders)["product", "p", 180]
    exact = binomtest(70, 100).proportion_ci(0.95, "exact")
    assert (row["low"], row["high"]) == pytest.approx((exact.low, exact.high))


def test_those_who_were_not_watched_do_not_narrow_it():
    old = [("p", 0, None)] * 20
    alone = shares(old)["product", "p", 180]
    beside_young = shares(old + [("p", 345, None)] * 500)["product", "p", 180]
    assert beside_young["low"] == alone["low"]


def test_hashtags_and_categories_are_their_products_together():
    links = pa.table(
        {
            "product_id": ["p", "q", "p", "r"],
            "hashtag": ["a", "a", "b", "a"],
            "confidence": [0.9, 0.5, 0.8, 0.49],
        }
    )
    products = pa.table({"product_id": ["p", "q", "r"], "category": ["x", "x", None]})
    orders = [("p", 0, 10)] * 20 + [("q", 0, None)] * 60 + [("r", 0, 10)] * 20
    found = shares(orders, links=links, products=products)
    assert {key[:2] for key in found} == {
        ("product", "p"), ("product", "q"), ("product", "r"),
        ("hashtag", "a"), ("hashtag", "b"), ("category", "x"),
    }  # fmt: skip
    for scope in (("hashtag", "a"), ("category", "x")):
        row = found[*scope, 30]
        assert (row["share"], row["n"]) == (0.75, 80)
    assert found["hashtag", "b", 30]["share"] == 0


@pytest.mark.parametrize(("rate", "count"), [(0.02, 30), (0.3, 30), (0.3, 200)])
def test_the_interval_holds_the_truth_at_least_at_its_rate(rate, count):
    rng = np.random.default_rng(int(rate * 100) + count)
    orders: Orders = []
    for product in range(400):
        back = np.where(rng.random(count) < rate, rng.integers(1, 60, count), -1)
        day = rng.integers(0, 300, count)
        orders += [
            (f"{product}", int(d), None if b < 0 or d + b > 364 else int(b))
            for d, b in zip(day, back, strict=True)
        ]
    rows = [row for key, row in shares(orders).items() if key[2] == 90]
    held = [row["low"] <= 1 - rate <= row["high"] for row in rows]
    assert len(held) > 390
    assert 0.94 <= np.mean(held) <= 1
    widths = [row["high"] - row["low"] for row in rows]
    # Sure, and not by saying nothing: near the width of a plain binomial interval.
    plain = binomtest(round(count * rate), count).proportion_ci(0.95, "exact")
    assert np.mean(widths) < 1.5 * (plain.high - plain.low)


@pytest.mark.parametrize("count", [1e6, 1e8])
def test_large_numbers_keep_their_precision(count):
    one = np.array([1.0])
    low, high = beta_product_interval(one, one, count * one)
    assert low[0] == pytest.approx(0.025 ** (1 / count), abs=1e-6)
    assert low[0] < high[0] == 1
