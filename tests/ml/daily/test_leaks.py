"""The two tests that must never be weakened: nothing from the future leaks into a row,
and serving reads what training read.
"""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ml.daily.tables
from ml.daily import link_asked, open_workbench
from ml.daily.hashtag_day import hashtag_days
from ml.dataset import label_orders
from ml.features import GROUPS, Encoder
from ml.serving import Scorer
from store.changes import KNOWN_AT
from store.database import Database
from store.duck import duck_session, put, sql_beside
from store.settings import Settings
from tests.ml.daily.comparing import DAILY, assert_same


@pytest.fixture(scope="module")
def all_days(trained):
    """The workbench with every observation and the daily tables made of them."""
    with open_workbench(trained) as duck:
        yield duck


@pytest.mark.slow
@settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck)
)  # a market each
@given(age=st.integers(1, 220))
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
@settings(max_examples=40, deadline=None)
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


def test_scoring_an_old_order_gives_its_training_row(all_days):
    dataset = label_orders(all_days, Settings())
    encoder = Encoder.fitted("checkout", dataset.rows)
    picked = dataset.rows.slice(1000, 50)
    ids = picked["order_id"].to_pylist()
    asked = all_days.sql(
        f'FROM "order" WHERE order_id IN {tuple(ids)}'
    ).to_arrow_table()
    scored = link_asked(all_days, asked)
    by_id = {row["order_id"]: row for row in scored.to_pylist()}
    again = pa.Table.from_pylist([by_id[i] for i in ids])
    np.testing.assert_allclose(
        encoder.matrix(again), encoder.matrix(picked), equal_nan=True
    )
