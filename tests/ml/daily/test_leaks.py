"""The two tests that must never be weakened: nothing from the future leaks into a row,
and serving reads what training read.
"""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ml.daily.tables
from ml.daily import link_asked, open_workbench
from ml.daily.hashtag_day import hashtag_days
from ml.features import GROUPS, Encoder
from ml.labels import label_orders
from ml.serving import Scorer
from store.changes import KNOWN_AT
from store.database import Database, open_database
from store.duck import duck_session, put, sql_beside
from store.settings import Settings
from store.tables import Listing, Order, Return
from tests.ml.daily.comparing import DAILY, assert_same
from tests.ml.daily.worlds import START, arrivals, arrive, clear, listing_on


@pytest.fixture(scope="module")
def all_days(trained):
    """The workbench with every observation and the daily tables made of them."""
    with open_workbench(trained) as duck:
        yield duck


@pytest.mark.slow
@settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck)
)  # a market each
@given(age=st.integers(1, 180))
def test_deleting_what_came_after_a_day_changes_no_row_up_to_it(trained, all_days, age):
    day = date(2026, 10, 31) - timedelta(days=age)
    with TemporaryDirectory() as folder:
        cut = Settings(data_dir=folder)
        source = trained.settings.data_dir / "trendguard.db"
        with sqlite3.connect(source) as whole:
            copy = sqlite3.connect(cut.data_dir / "trendguard.db")
            whole.backup(copy)
        for table, known_at in KNOWN_AT.items():
            end = str(day + timedelta(1))
            copy.execute(
                f'DELETE FROM "{table.table_name()}" WHERE {known_at} >= ?', [end]
            )
        copy.commit()
        copy.close()
        with open_workbench(Database(cut)) as duck:
            for name in DAILY:
                query = f"FROM {name} WHERE day <= DATE '{day}' ORDER BY ALL"
                rows = duck.sql(query).to_arrow_table()
                assert rows.num_rows or name == "hashtag_day"
                assert_same(rows, all_days.sql(query).to_arrow_table())


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_snapshots_in_any_order_leak_nothing(data):
    days = st.integers(0, 40)
    views = st.integers(0, 10**9)
    seen = data.draw(
        st.lists(
            st.tuples(st.sampled_from("ab"), days, st.integers(0, 86399), views),
            max_size=40,
        )
    )
    cut = date(2026, 1, 1) + timedelta(data.draw(days))
    with (
        TemporaryDirectory() as folder,
        duck_session(Settings(data_dir=folder)) as duck,
    ):
        full = _hashtag_days(duck, seen)
        known = data.draw(st.permutations([s for s in seen if _day(s) <= cut]))
        early = f"FROM rows_ WHERE day <= DATE '{cut}' ORDER BY hashtag, day"
        cut_rows = []
        for rows in (full, _hashtag_days(duck, known)):
            duck.register("rows_", rows)
            cut_rows.append(duck.sql(early).to_arrow_table())
        assert_same(*cut_rows)
    assert all(v >= 0 for v in full["daily_views"].to_pylist())


def _day(seen) -> date:
    return date(2026, 1, 1) + timedelta(seen[1])


def _hashtag_days(duck, seen) -> pa.Table:
    at = [
        datetime.combine(_day(s), time(), UTC) + timedelta(seconds=s[2]) for s in seen
    ]
    table = pa.table(
        {
            "hashtag": pa.array([s[0] for s in seen], pa.string()),
            "observed_at": pa.array(at, pa.timestamp("us", "UTC")),
            "view_count": pa.array([s[3] for s in seen], pa.int64()),
        }
    )
    # One total a moment, as the store's key has it.
    put(duck, "snapshot", table)
    duck.execute(
        "CREATE OR REPLACE TABLE snapshot AS SELECT hashtag, observed_at, "
        "max(view_count) AS view_count FROM snapshot GROUP BY ALL"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE video_seen (hashtag VARCHAR, video_id VARCHAR, "
        "observed_at TIMESTAMPTZ, view_count BIGINT, is_bought INTEGER)"
    )
    duck.execute(
        "CREATE OR REPLACE TABLE bounds AS SELECT DATE '2026-01-01' AS since, "
        "DATE '2026-02-15' AS last_day"
    )
    for step in ("bot_change", "total_day"):
        query = sql_beside(ml.daily.tables.__file__, step)
        duck.execute(f"CREATE OR REPLACE TABLE {step} AS {query}")
    return hashtag_days(duck)


def test_serving_an_old_order_gives_its_training_row(trained, all_days):
    dataset = label_orders(all_days, Settings())
    encoder = Encoder.fitted("shopper", dataset.rows)
    rows = dataset.rows.to_pylist()
    for row in rows[100 : len(rows) : len(rows) // 8]:
        bought_on = datetime.combine(row["purchased_on"], time(9), UTC)
        with time_machine.travel(bought_on, tick=False), trained.reading() as session:
            scorer = Scorer.load(trained, trained.settings)
            served = scorer.catalogue(session)[row["product_id"]]
        served |= {"age_band": row["age_band"], "price_usd": row["price_usd"]}
        training = encoder.matrix(pa.Table.from_pylist([row]))
        serving = encoder.matrix(pa.Table.from_pylist([served]))
        assert list(GROUPS["shopper"]) == encoder.names
        np.testing.assert_allclose(training, serving, equal_nan=True)


@pytest.fixture(scope="module")
def linked(all_days):
    return label_orders(all_days, Settings()).rows


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_scoring_any_old_orders_gives_their_training_rows(all_days, linked, data):
    last = linked.num_rows - 1
    numbers = data.draw(st.lists(st.integers(0, last), min_size=1, max_size=30))
    picked = linked.take(list(dict.fromkeys(numbers)))
    ids = picked["order_id"].to_pylist()
    all_days.register("picked", pa.table({"order_id": ids}))
    asked = all_days.sql('FROM "order" SEMI JOIN picked USING (order_id)')
    scored = link_asked(all_days, asked.to_arrow_table())
    by_id = {row["order_id"]: row for row in scored.to_pylist()}
    again = pa.Table.from_pylist([by_id[i] for i in ids])
    encoder = Encoder.fitted("checkout", linked)
    np.testing.assert_allclose(
        encoder.matrix(again), encoder.matrix(picked), equal_nan=True
    )


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    folders = (tmp_path_factory.mktemp("world") for _ in range(2))
    found = [open_database(Settings(data_dir=folder)) for folder in folders]
    yield found
    for database in found:
        database.close()


@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(arrivals(), min_size=1, max_size=6), age=st.integers(0, 69))
def test_any_cut_of_any_world_leaks_nothing(stores, batches, age):
    cut = START + timedelta(days=age)
    world = _world(batches)
    known = [(t, row) for t, row in world if row[KNOWN_AT[t]] < cut]
    ordered = {row["order_id"] for t, row in known if t is Order}
    known = [(t, r) for t, r in known if t is not Return or r["order_id"] in ordered]
    rows, orders = [], []
    for database, arrived in zip(stores, (world, known), strict=True):
        clear(database)
        arrive(database, [(Listing, listing_on(-1, "p3")), *arrived])
        with open_workbench(database) as duck:
            early = f"< DATE '{cut.date()}' ORDER BY ALL"
            rows.append(
                [
                    duck.sql(f"FROM {name} WHERE day {early}").to_arrow_table()
                    for name in DAILY
                ]
            )
            bought = duck.sql(f"FROM linked_order WHERE purchased_on {early}")
            orders.append(bought.to_arrow_table())
    assert_same(*orders)
    for one, other in zip(*rows, strict=True):
        days = pc.max(other["day"]).as_py()
        # The shorter world's tables end with its last observation.
        if days:
            assert_same(one.filter(pc.field("day") <= days), other)


def _world(batches):
    """Return what stands in the end, orders before what came back of them."""
    found = {}
    for table, row in (pair for batch in batches for pair in batch):
        found[table, *(row[key] for key in table.key_names())] = row
    bought = {
        r["order_id"]: r["purchased_at"] for (t, *_), r in found.items() if t is Order
    }
    rows = [(table, row) for (table, *_), row in found.items()]
    back = [
        (t, r)
        for t, r in rows
        if t is Return
        and bought.get(r["order_id"], r["returned_at"]) < r["returned_at"]
    ]
    return [pair for pair in rows if pair[0] is not Return] + back
