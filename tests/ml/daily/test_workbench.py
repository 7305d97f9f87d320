"""The workbench follows the store: whatever comes in, in whatever order, its daily rows
are those that it would have made of everything at once.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ml.daily.workbench
from ml.daily import open_workbench, store_daily
from store.bulk import arrow_schema, merge_rows, sql_table
from store.changes import note_change
from store.database import Database, open_database
from store.duck import duck_session, table_names
from store.errors import DatabaseError, NotEnoughDataError
from store.reading import read_rows
from store.settings import Settings
from store.tables import (
    HashtagSnapshot,
    Listing,
    Order,
    Product,
    Table,
    Video,
)
from store.workbench import drop, workbench_file
from tests.made_once import copied
from tests.ml.daily.comparing import DAILY, assert_same, daily_tables
from tests.ml.daily.worlds import START, arrivals, arrive, clear, link, listing_on
from tests.shops import imported_shop


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Database:
    database = open_database(Settings(data_dir=tmp_path_factory.mktemp("store")))
    yield database
    database.close()


def stored_tables(database: Database) -> dict[str, pa.Table]:
    from store.tables import CategoryDay, HashtagDay, ProductDay

    with database.reading() as session:
        return {
            table.table_name(): read_rows(
                session,
                sql_table(table).select().order_by(*sql_table(table).primary_key),
            )
            for table in (HashtagDay, CategoryDay, ProductDay)
        }


def wave(hashtag: str, slips: tuple[int, ...] = ()) -> list[tuple[type[Table], dict]]:
    """A hashtag's snapshots over all days, two a day: calm, a wave that dies, another;
    some read ten times too high.
    """
    half_days = np.arange(140)
    tops = (40, 95) if hashtag == "a" else (60, 108)
    views = 100 + sum(
        50_000
        * 0.7 ** np.where(half_days < top, top - half_days, (half_days - top) / 2)
        for top in tops
    )
    return [
        (
            HashtagSnapshot,
            {
                "hashtag": hashtag,
                "observed_at": START + timedelta(hours=12 * int(number) + 3),
                "view_count": int(total) * (10 if number in slips else 1),
                "source": "import",
            },
        )
        for number, total in enumerate(np.cumsum(views))
    ]


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    order=st.permutations(range(140)),
    slips=st.sets(st.integers(0, 139), max_size=3),
    cuts=st.lists(st.integers(0, 280), min_size=1, max_size=4),
)
def test_waves_come_out_the_same_whatever_came_in_first(store, order, slips, cuts):
    clear(store)
    one, two = wave("a", tuple(slips)), wave("b")
    rows = [*two[:100], *(one[number] for number in order), *two[100:]]
    ends = [*sorted(cuts), len(rows)]
    for start, end in zip([0, *ends], ends, strict=False):
        if end == start:
            continue
        arrive_together(store, rows[start:end])
        with open_workbench(store) as duck:
            store_daily(duck, store)
            followed = daily_tables(duck)["hashtag_day"]
    for file in store.settings.data_dir.glob("workbench.*"):
        file.unlink()
    with open_workbench(store) as duck:
        anew = daily_tables(duck)["hashtag_day"]
    assert_same(followed, anew)
    assert_same(stored_tables(store)["hashtag_day"], anew.select(followed.column_names))
    calm = [row for row in anew.to_pylist() if row["hashtag"] == "b"]
    assert {row["stage"] for row in calm} == {"Rising", "Peak", "Decline", "Death"}
    assert {row["wave"] for row in calm} == {0, 1, 2}


def arrive_together(database: Database, rows: list[tuple[type[Table], dict]]) -> None:
    columns = sql_table(HashtagSnapshot).columns
    schema = arrow_schema([columns[name] for name in rows[0][1]])
    table = pa.Table.from_pylist([row for _, row in rows], schema)
    with database.writing() as session:
        merge_rows(session, HashtagSnapshot, table)


@settings(max_examples=9, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(arrivals(), min_size=1, max_size=5), links=st.booleans())
@pytest.mark.slow
def test_any_order_of_arrival_gives_the_same_rows(store, batches, links):
    clear(store)
    arrive(store, [(Listing, listing_on(30, "p3"))])
    for number, batch in enumerate(batches):
        arrive(store, batch)
        if links and number == 1:
            with store.writing() as session:
                link(session, "p2", "b")
        with open_workbench(store) as duck:
            store_daily(duck, store)
            followed = daily_tables(duck)
    for file in store.settings.data_dir.glob("workbench.*"):
        file.unlink()
    with open_workbench(store) as duck:
        anew = daily_tables(duck)
        in_order = {
            name: duck.sql(f"FROM {name} ORDER BY 1, 2").to_arrow_table()
            for name in DAILY
        }
    stored = stored_tables(store)
    assert_same(followed["linked_order"], anew["linked_order"])
    for name in DAILY:
        assert_same(followed[name], anew[name])
        assert_same(stored[name], in_order[name].select(stored[name].column_names))


def test_a_new_price_or_category_reaches_the_past_of_all(store):
    clear(store)
    arrive(store, [(Listing, listing_on(day, "p1")) for day in (1, 5, 9)])
    arrive(store, [(Listing, listing_on(day, "p2")) for day in (2, 4)])
    with open_workbench(store) as duck:
        before = daily_tables(duck)["product_day"]
    with store.writing() as session:
        row = {"product_id": "p1", "list_price_minor": 9000}
        merge_rows(session, Product, pa.Table.from_pylist([row | {"title": "p1"}]))
    with open_workbench(store) as duck:
        after = daily_tables(duck)["product_day"]
    assert before["resale_drop"].to_pylist() != after["resale_drop"].to_pylist()
    assert after.num_rows == before.num_rows


def test_a_bought_video_counts_for_its_30_days_whatever_came_between(store):
    clear(store)
    bought = {"video_id": "v", "hashtag": "a", "observed_at": START + timedelta(5)}
    bought |= {"view_count": 10**6, "like_count": 1}
    arrive(store, [(Video, bought)])
    for days in (range(20), range(20, 34), range(34, 50)):
        arrive_together(store, [total("a", day) for day in days])
        with open_workbench(store) as duck:
            followed = daily_tables(duck)["hashtag_day"]
    drop(workbench_file(store.settings))
    with open_workbench(store) as duck:
        assert_same(followed, daily_tables(duck)["hashtag_day"])
    share = dict(zip(*followed.select(["day", "bot_share"]), strict=True))
    by_day = {day.as_py(): value.as_py() for day, value in share.items()}
    assert by_day[date(2026, 2, 4)] > 0.9
    assert by_day[date(2026, 2, 5)] < 0.1


def total(hashtag: str, day: int) -> tuple[type[Table], dict]:
    row = {"hashtag": hashtag, "observed_at": START + timedelta(days=day, hours=3)}
    return HashtagSnapshot, row | {"view_count": 1000 * day, "source": "import"}


def test_an_order_that_is_gone_is_linked_no_more(store):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    arrive(store, [(Order, order_on(day)) for day in (3, 9)])
    with open_workbench(store) as duck:
        assert daily_tables(duck)["linked_order"].num_rows == 2
    with store.writing() as session:
        session.execute(
            sql_table(Order).delete().where(sql_table(Order).c.order_id == "o9")
        )
        note_change(session, Order, (START + timedelta(9)).date())
    with open_workbench(store) as duck:
        assert daily_tables(duck)["linked_order"]["order_id"].to_pylist() == ["o3"]


def order_on(day: int) -> dict:
    row = {"order_id": f"o{day}", "customer_pseudonym": "c", "product_id": "p1"}
    row |= {"purchased_at": START + timedelta(day), "unit_price_minor": 1000}
    return row | {"currency": "USD", "quantity": 1}


def test_what_is_dated_later_than_today_counts_when_its_day_has_come(store):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1")), (Listing, listing_on(20, "p2"))])
    for today, expected in ((10, date(2026, 1, 2)), (25, date(2026, 1, 21))):
        moment = START + timedelta(days=today)
        with (
            time_machine.travel(moment, tick=False),
            open_workbench(store) as duck,
        ):
            assert newest(duck) == expected


def newest(duck) -> date:
    return duck.execute("SELECT max(day) FROM product_day").fetchall()[0][0]


def test_another_database_in_its_place_is_noticed(store, tmp_path):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    with open_workbench(store):
        pass
    clear_but_workbench = store.settings.data_dir / "workbench.duckdb"
    kept = clear_but_workbench.read_bytes()
    clear(store)
    clear_but_workbench.write_bytes(kept)
    arrive(store, [(Listing, listing_on(3, "p2"))])
    with open_workbench(store) as duck:
        ids = duck.execute("SELECT DISTINCT product_id FROM product_day").fetchall()
    assert ids == [("p2",)]


def test_what_starts_over_keeps_no_table_of_before(store):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    with open_workbench(store) as duck:
        duck.execute("CREATE TABLE somebodys AS SELECT 'p1' AS product_id")
    with open_workbench(store) as duck:
        assert "somebodys" in table_names(duck)
    longer = store.settings.model_copy(update={"return_window_days": 61})
    with open_workbench(Database(longer)) as duck:
        assert "somebodys" not in table_names(duck)


@pytest.mark.parametrize("junk", [b"", b"not a database at all" * 100])
def test_a_damaged_workbench_is_made_anew(store, junk):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    (store.settings.data_dir / "workbench.duckdb").write_bytes(junk)
    with open_workbench(store) as duck:
        assert newest(duck) == date(2026, 1, 2)


def test_a_workbench_that_somebody_removed_is_made_anew(store):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    with open_workbench(store) as duck:
        made = daily_tables(duck)
    file = workbench_file(store.settings)
    assert file.with_name(f"{file.name}.wal").exists()
    file.unlink()
    with open_workbench(store) as duck:
        again = daily_tables(duck)
    assert all(again[name].equals(rows) for name, rows in made.items())


def test_many_rows_at_once_are_all_seen(store):
    clear(store)
    count = 150_000  # more than one row group of DuckDB
    rows = {
        "hashtag": [f"h{number % 50}" for number in range(count)],
        "observed_at": pa.array(
            [START + timedelta(minutes=number) for number in range(count)],
            pa.timestamp("us", "UTC"),
        ),
        "view_count": list(range(count)),
        "source": pa.repeat("import", count),
    }
    with store.writing() as session:
        merge_rows(session, HashtagSnapshot, pa.table(rows))
    with open_workbench(store) as duck:
        first, last = duck.execute(
            "SELECT min(observed_at), max(observed_at) FROM snapshot"
        ).fetchall()[0]
        days = duck.execute("SELECT count(DISTINCT day) FROM hashtag_day").fetchall()
    assert (last - first).days == count // (24 * 60)
    assert days[0][0] >= count // (24 * 60) - 2


def test_threads_leave_no_trace_in_the_rows(tmp_path_factory, tmp_path, monkeypatch):
    made = []
    with copied(
        imported_shop(tmp_path_factory) / "data", tmp_path / "data"
    ) as database:
        for threads in (1, 5):
            monkeypatch.setattr(
                ml.daily.workbench, "duck_session", partial(_with_threads, threads)
            )
            drop(workbench_file(database.settings))
            with open_workbench(database) as duck:
                made.append(daily_tables(duck))
    for name, one in made[0].items():
        assert one.equals(made[1][name]), name


@contextmanager
def _with_threads(threads: int, *given: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    with duck_session(*given) as duck:
        duck.execute(f"SET threads = {threads}")
        yield duck


def test_an_empty_store_says_what_to_do(store):
    clear(store)
    with (
        pytest.raises(NotEnoughDataError, match="trendguard import"),
        open_workbench(store),
    ):
        pass


def test_who_waits_too_long_is_told(store, monkeypatch):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    monkeypatch.setattr(ml.daily.workbench, "PATIENCE_SECONDS", 0.2)
    with (
        open_workbench(store),
        pytest.raises(DatabaseError, match="another process"),
        open_workbench(store),
    ):
        pass


def test_what_never_ends_is_interrupted(store, monkeypatch):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    endless = "SELECT count(*) FROM range(1_000_000_000_000) AS r(i) WHERE hash(i) = 1"
    monkeypatch.setattr(ml.daily.workbench, "MOST_SECONDS", 1)
    with (
        pytest.raises(DatabaseError, match="not done in 1 s"),
        open_workbench(store) as duck,
    ):
        duck.execute(endless)
    monkeypatch.undo()
    with open_workbench(store) as duck:
        assert duck.execute("SELECT 1").fetchone() == (1,)


def _hold(settings_: Settings, busy) -> None:
    with open_workbench(Database(settings_)) as duck:
        duck.execute("BEGIN; DELETE FROM product_day")
        busy.set()
        time.sleep(60)


def test_a_killed_holder_leaves_a_usable_workbench(store):
    clear(store)
    arrive(store, [(Listing, listing_on(1, "p1"))])
    with open_workbench(store) as duck:
        rows = daily_tables(duck)["product_day"]
    context = multiprocessing.get_context("fork")
    busy = context.Event()
    holder = context.Process(target=_hold, args=(store.settings, busy))
    holder.start()
    assert busy.wait(60)
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with open_workbench(store) as duck:
        assert_same(daily_tables(duck)["product_day"], rows)
