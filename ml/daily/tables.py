"""The daily tables made of the copied observations: those days, of those products, that
are not what they would be if all were made anew.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from ml.daily.counted import put_counted
from ml.daily.following import DERIVED, midnight, relation
from ml.daily.hashtag_day import days_of, observed_hashtags
from ml.daily.mark import Mark, earlier
from store.changes import KNOWN_AT
from store.duck import put, sql_beside, table_names
from store.settings import Settings

# Kept, as thousands of snapshots and videos are a few numbers a day.
KEPT = ("total_day", "bot_change")
STEPS = ("offer", "resale_day", "event_day")


def update_daily(
    duck: duckdb.DuckDBPyConnection, settings: Settings, mark: Mark
) -> Mark:
    """Make what `mark` says is stale; return the mark of what was made.

    If it is broken off, the old mark still says what is stale, and it is made again.
    """
    span = observed_span(duck)
    if span is None:
        return mark
    first, last = span
    next_day = mark.last_day + timedelta(1) if mark.last_day else date.min
    since = max(first, min(mark.stale_from or date.max, next_day))
    _forget_days(duck, first, last, mark.stale_from)
    if since <= last or _has_rows(duck, "stale_product"):
        _put_bounds(
            duck,
            settings,
            first_day=first,
            last_day=last,
            newest_day=last,
            since=since,
        )
        _make_days(duck)
    duck.execute(
        "INSERT INTO unstored_product FROM stale_product EXCEPT FROM unstored_product"
    )
    duck.execute("DELETE FROM stale_product")
    unstored = earlier(mark.unstored_from, since if since <= last else None)
    return replace(mark, last_day=last, stale_from=None, unstored_from=unstored)


def _forget_days(
    duck: duckdb.DuckDBPyConnection, first: date, last: date, stale_from: date | None
) -> None:
    """Delete the rows of days and orders of which nothing is stored any more, before
    others are made that would read them.
    """
    there = table_names(duck)
    for name in {*KEPT, *map(relation, DERIVED)} & there:
        duck.execute(f"DELETE FROM {name} WHERE day NOT BETWEEN ? AND ?", [first, last])
    if "linked_order" in there and stale_from:
        # Of a day before that no order is gone.
        duck.execute(
            "DELETE FROM linked_order WHERE purchased_on >= ? AND order_id NOT IN "
            '(SELECT order_id FROM "order" WHERE purchased_at >= ?)',
            [stale_from, midnight(stale_from)],
        )


def observed_span(duck: duckdb.DuckDBPyConnection) -> tuple[date, date] | None:
    """Return the first and last day on which anything was observed."""
    days = " UNION ALL ".join(
        f'SELECT min({at})::DATE AS low, max({at})::DATE AS high FROM "{relation(t)}"'
        for t, at in KNOWN_AT.items()
    )
    first, last = duck.execute(f"SELECT min(low), max(high) FROM ({days})").fetchall()[
        0
    ]
    return (first, last) if first else None


def _make_days(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the rows of all products from ``bounds.since`` on, and the whole history of
    those in ``stale_product``.
    """
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE todo AS SELECT product_id, CASE "
        "WHEN product_id IN (FROM stale_product) THEN first_day ELSE since END "
        "AS from_day FROM product, bounds WHERE from_day <= last_day"
    )
    # Counters stand for 30 days: what is older changes nothing from then on.
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE video_seen AS SELECT v.* FROM "
        f"({_query('video_seen')}) AS v, bounds WHERE v.observed_at >= since - 30"
    )
    for name in KEPT:
        query = _query(name)
        duck.execute(f"CREATE TABLE IF NOT EXISTS {name} AS {query} LIMIT 0")
        _make_since(duck, name, query)
    with ThreadPoolExecutor(1) as beside:
        # Meanwhile, for DuckDB seldom keeps all cores busy.
        hashtags = beside.submit(days_of, observed_hashtags(duck))
        for step in STEPS:
            duck.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {_query(step)}")
        _make_since(duck, "category_day", _query("category_day"))
        put_counted(duck)
        duck.register("hashtag_days", hashtags.result())
    _make_since(duck, "hashtag_day", "FROM hashtag_days")
    duck.unregister("hashtag_days")
    duck.execute(
        "DELETE FROM product_day USING todo "
        "WHERE product_day.product_id = todo.product_id AND day >= from_day"
    )
    duck.execute(f"INSERT INTO product_day BY NAME {_query('product_day')}")
    _link_orders(duck)
    for step in ("video_seen", *STEPS, "counted"):
        duck.execute(f"DROP TABLE {step}")


def link_asked(duck: duckdb.DuckDBPyConnection, asked: pa.Table) -> pa.Table:
    """Return what was known before orders that are being placed, or were once.

    Parameters
    ----------
    asked : pyarrow.Table
        The `Order` columns of each.
    """
    put(duck, "asked_rows", asked)
    duck.execute("CREATE OR REPLACE TEMP VIEW asked AS FROM asked_rows")
    return duck.sql(_query("order_features")).to_arrow_table()


def _link_orders(duck: duckdb.DuckDBPyConnection) -> None:
    """Link the orders anew that read a row which was made anew."""
    (begin,) = duck.execute("SELECT min(from_day) FROM todo").fetchall()[0]
    # Its own condition, for of a long history only the end is read.
    duck.execute(
        'CREATE OR REPLACE TEMP TABLE asked AS SELECT o.* FROM "order" AS o '
        "JOIN todo USING (product_id) "
        "WHERE o.purchased_at >= ? AND o.purchased_at::DATE >= from_day",
        [midnight(begin or date.max)],
    )
    duck.execute(
        "CREATE TABLE IF NOT EXISTS linked_order AS "
        f"SELECT * FROM ({_query('order_features')}) LIMIT 0"
    )
    duck.execute(
        "DELETE FROM linked_order WHERE order_id IN (SELECT order_id FROM asked) OR "
        "order_id IN (SELECT order_id FROM linked_order JOIN todo USING (product_id) "
        "WHERE purchased_on >= from_day)"
    )
    if _has_rows(duck, "asked"):
        duck.execute(f"INSERT INTO linked_order {_query('order_features')}")
    duck.execute("DROP TABLE asked")


def _make_since(duck: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Put a query's rows from ``bounds.since`` on in the place of a table's."""
    duck.execute(f"DELETE FROM {name} WHERE day >= (SELECT since FROM bounds)")
    duck.execute(
        f"INSERT INTO {name} BY NAME SELECT made.* FROM ({query}) AS made, bounds "
        "WHERE day >= since"
    )


def set_last_day(
    duck: duckdb.DuckDBPyConnection, settings: Settings, last: date
) -> None:
    """Make ``bounds`` say that nothing after `last` is to be used."""
    first, newest = observed_span(duck) or (last, last)
    _put_bounds(
        duck, settings, first_day=first, last_day=last, newest_day=min(last, newest)
    )


def _query(step: str) -> str:
    return sql_beside(__file__, step)


def _put_bounds(
    duck: duckdb.DuckDBPyConnection, settings: Settings, **days: date
) -> None:
    columns = ", ".join(f"?::DATE AS {name}" for name in days)
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE bounds AS SELECT {columns}, "
        "?::INTEGER AS return_window_days",
        [*days.values(), settings.return_window_days],
    )


def _has_rows(duck: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(duck.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())
