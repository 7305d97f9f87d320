"""Running totals of a product's events are what adding them up by hand gives."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import ml.daily.counted
from ml.daily.counted import LEAD_DAYS, NEWEST, TOTALS, put_counted
from store.duck import put

LAST = date(2026, 3, 31)
BEGINS = {"p1": date(2026, 3, 1), "p2": date(2026, 3, 1), "p3": date(2026, 2, 10)}


def events() -> list[dict]:
    rng = np.random.default_rng(3)
    rows = []
    for product, begin in BEGINS.items():
        for day in sorted(rng.choice(60, 25, replace=False).tolist()):
            on = begin - timedelta(LEAD_DAYS) + timedelta(day)
            at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
            row = {"product_id": product, "day": on, "came_back_n": day % 3}
            row |= {name: int(rng.integers(0, 5)) for name in TOTALS}
            row |= {"polarity": 0.25, "regret": 0.5, "rating": 4.0}
            rows.append(row | dict.fromkeys(NEWEST, at if day % 2 else None))
    return rows


@pytest.fixture
def duck():
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        put(duck, "event_day", pa.Table.from_pylist(events()))
        todo = [{"product_id": p, "from_day": day} for p, day in BEGINS.items()]
        put(duck, "todo", pa.Table.from_pylist(todo))
        put(duck, "bounds", pa.table({"last_day": [LAST]}))
        yield duck


@pytest.mark.parametrize("cells", [1, 10**6])
def test_totals_are_sums_of_the_days_so_far(duck, monkeypatch, cells):
    monkeypatch.setattr(ml.daily.counted, "BLOCK_CELLS", cells)
    put_counted(duck)
    rows = duck.sql("FROM counted").to_arrow_table().to_pylist()
    assert len(rows) == sum((LAST - day).days + 1 for day in BEGINS.values())
    for row in rows:
        own = [e for e in events() if e["product_id"] == row["product_id"]]
        past = [e for e in own if e["day"] <= row["day"]]
        for name, total in TOTALS.items():
            assert row[total] == sum(e[name] for e in past), total
        for name, newest in NEWEST.items():
            seen = [e[name] for e in past if e[name]]
            assert row[newest] == max(seen, default=None), newest
        week, month = (
            [e for e in past if e["day"] > row["day"] - timedelta(days)]
            for days in (7, 30)
        )
        assert row["recent_order_count"] == sum(e["order_n"] for e in week)
        assert row["recent_return_n"] == sum(e["came_back_n"] for e in month)


def test_without_products_there_are_no_rows(duck):
    duck.execute("DELETE FROM todo; DELETE FROM event_day")
    put_counted(duck)
    assert duck.sql("FROM counted").to_arrow_table().num_rows == 0
