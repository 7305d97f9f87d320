"""Findings: drivers that are there are found, those that are not are not."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from ml.standing.findings import kept_finding
from reporting.findings.ages import age_skew
from reporting.findings.computing import find
from reporting.findings.drivers import CATEGORICAL, NUMERIC, find_drivers
from reporting.findings.timing import around_the_peak, longevity, sentiment_and_returns

COLUMNS = [driver.column for driver in NUMERIC]


def orders(count=6_000, seed=1, risk=lambda columns: np.full(6_000, 0.2)):
    """Return orders of sixty products in which nothing drives regret but `risk`."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.normal(size=count) for name in COLUMNS}
    products = rng.integers(0, 60, count)
    columns |= {name: rng.choice(["a", "b", "c"], count) for name in CATEGORICAL}
    y = (rng.random(count) < risk(columns)).astype(float)
    named = {"product_id": [f"p{n}" for n in products], "y": y}
    return pa.table(columns | named)


def looked_at(rows):
    duck = duckdb.connect()
    duck.register("labelled", rows)
    return duck


def test_a_driver_is_found_with_its_effect():
    rows = orders(risk=lambda c: np.where(c["resale_drop"] > 0, 0.3, 0.1))
    found = find_drivers(looked_at(rows))
    first = found["drivers"][0]
    assert first["driver"] == "Fall of the resale price"
    assert first["difference"] == pytest.approx(0.2, abs=0.04)
    assert first["difference_low"] < 0.2 < first["difference_high"]
    assert (first["high"], first["low"]) == ("most", "least")
    assert found["looked_at"] == len(NUMERIC) + 3 * len(CATEGORICAL)


def test_of_a_column_with_values_the_strongest_stands_for_it():
    rows = orders(risk=lambda c: np.where(c["stage"] == "b", 0.35, 0.1))
    found = find_drivers(looked_at(rows))["drivers"]
    assert [(d["driver"], d["high"]) for d in found] == [("Stage", "b")]


def test_nothing_is_found_where_nothing_is():
    found = [
        d["driver"]
        for seed in range(20)
        for d in find_drivers(looked_at(orders(seed=seed)))["drivers"]
    ]
    # At 95 % for all drivers of a shop at once: one shop of twenty.
    assert len(found) <= 3


def test_orders_of_one_product_are_not_so_many_facts():
    rows = orders()
    products = rows["product_id"].to_pylist()
    names = sorted(set(products))
    found = 0
    for seed in range(20):
        # Each product has its own price and its own regret, with nothing in common.
        rng = np.random.default_rng(seed)
        price = dict(zip(names, rng.normal(size=60), strict=True))
        risk = dict(zip(names, rng.uniform(0, 0.6, 60), strict=True))
        y = (rng.random(len(products)) < [risk[p] for p in products]).astype(float)
        asked = {"y": y, "price_usd": [price[p] for p in products]}
        changed = rows.drop_columns([*asked])
        for name, column in asked.items():
            changed = changed.append_column(name, pa.array(column))
        drivers = find_drivers(looked_at(changed))["drivers"]
        found += "Price" in {driver["driver"] for driver in drivers}
    assert found <= 1


def test_few_orders_say_nothing():
    assert find_drivers(looked_at(orders().slice(0, 300)))["drivers"] == []
    assert find_drivers(looked_at(orders().slice(0, 0)))["drivers"] == []


def test_returns_after_the_peak_are_counted():
    duck = duckdb.connect()
    duck.execute(
        "CREATE TABLE hashtag_day AS SELECT 'a' AS hashtag, 1 AS wave, "
        "(DATE '2026-03-01' + n::INTEGER) AS day, 100.0 - abs(n - 10) AS smooth_views "
        "FROM range(60) AS t(n)"
    )
    duck.execute(
        "CREATE TABLE labelled AS SELECT * FROM (VALUES "
        "('a', DATE '2026-03-11', DATE '2026-03-25'), "
        "('a', DATE '2026-03-12', DATE '2026-03-26'), "
        "('a', DATE '2026-03-26', DATE '2026-03-27'), "
        "('a', DATE '2026-03-02', NULL), (NULL, DATE '2026-03-12', DATE '2026-03-13')"
        ") AS t(hashtag, purchased_on, returned_on)"
    )
    found = around_the_peak(duck)
    assert (found["returns"]["value"], found["returns"]["n"]) == (
        pytest.approx(1 / 3),
        3,
    )
    assert (found["orders"]["value"], found["orders"]["n"]) == (0.5, 4)


def test_ages_are_weighed_as_the_population_is():
    rows = {
        "age_band": ["20-24"] * 900 + ["60-64"] * 100,
        "y": [0.0] * 900 + [1.0] * 100,
    }
    duck = looked_at(pa.table(rows))
    found = age_skew(duck, {"20-24": 0.5, "60-64": 0.5})
    assert found["regret_rate"] == pytest.approx(0.1)
    assert found["reweighted_rate"] == pytest.approx(0.5)
    assert [b["buyers_share"] for b in found["bands"]] == [0.9, 0.1]
    assert age_skew(duck, {})["reweighted_rate"] is None


def test_a_shops_findings_are_kept(shop):
    assert find(shop, shop.settings)["orders"] > 1_500
    with shop.reading() as session:
        body, computed_at = kept_finding(session, "drivers")
        assert kept_finding(session, "experiment")[0]["people"]
        assert kept_finding(session, "nothing") is None
    assert computed_at.tzinfo
    assert body["target"] == "regret"
    assert 1 <= len(body["drivers"]) <= 5
    for part in (*body["longevity"]["correlations"], body["sentiment"]):
        assert part["n"] >= 0
        assert part["value"] is None or part["low"] <= part["value"] <= part["high"]
    shares = [band["buyers_share"] for band in body["ages"]["bands"]]
    assert sum(shares) == pytest.approx(1)


def test_an_empty_table_has_no_findings():
    duck = duckdb.connect()
    duck.execute(
        "CREATE TABLE hashtag_day (hashtag VARCHAR, wave INT, day DATE, "
        "smooth_views DOUBLE, wave_peak_views DOUBLE, trended_days INT)"
    )
    duck.execute(
        "CREATE TABLE labelled (hashtag VARCHAR, purchased_on DATE, returned_on DATE, "
        "stage VARCHAR, y DOUBLE, sentiment_score DOUBLE, sentiment_n INT, "
        "returned BOOLEAN, product_id VARCHAR, age_band VARCHAR)"
    )
    assert sentiment_and_returns(duck)["n"] == 0
    assert longevity(duck)["correlations"] == []
    assert around_the_peak(duck)["returns"]["value"] is None
    assert age_skew(duck, {}) == {
        "bands": [],
        "regret_rate": None,
        "reweighted_rate": None,
    }
