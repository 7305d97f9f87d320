"""The daily tables made of the copied observations: those days, of those products, that
are not what they would be if all were made anew.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb

from ml.daily.following import Followed, relation
from ml.daily.mark import Mark
from store.bulk import arrow_schema, sql_table
from store.changes import KNOWN_AT
from store.duck import put, sql_beside
from store.settings import Settings
from store.tables import CategoryDay, HashtagDay, ProductDay, Table

# In this order: each reads those before it.
DAILY: tuple[type[Table], ...] = (HashtagDay, CategoryDay, ProductDay)
# What of one product goes into the daily rows of others.
SHARED = ("category", "list_price_minor", "currency")


@dataclass(frozen=True)
class Days:
    """The span of the daily tables, and what of it has to be made.

    Attributes
    ----------
    first, last : date
        The first and last day on which anything was observed.
    since : date
        All rows from this day on are made; `last` + 1 if none.
    """

    first: date
    last: date
    since: date


def update_daily(
    duck: duckdb.DuckDBPyConnection, settings: Settings, followed: Followed
) -> Mark:
    """Bring the daily tables up to date with the observations; return the new mark."""
    span = observed_span(duck)
    if span is None:
        return followed.mark
    days = _days(duck, followed, *span)
    if followed.mark.last_day is None:
        _create(duck)
    make_days(duck, settings, days)
    duck.execute(
        "INSERT INTO unstored_product FROM stale_product EXCEPT FROM unstored_product"
    )
    unstored = min(followed.mark.unstored_since or days.since, days.since)
    return replace(followed.mark, last_day=days.last, unstored_since=unstored)


def observed_span(duck: duckdb.DuckDBPyConnection) -> tuple[date, date] | None:
    """Return the first and last day on which anything was observed."""
    days = " UNION ALL ".join(
        f'SELECT min({at}::DATE) AS low, max({at}::DATE) AS high FROM "{relation(t)}"'
        for t, at in KNOWN_AT.items()
    )
    first, last = duck.execute(f"SELECT min(low), max(high) FROM ({days})").fetchall()[
        0
    ]
    return (first, last) if first else None


def make_days(duck: duckdb.DuckDBPyConnection, settings: Settings, days: Days) -> None:
    """Make the rows of all products from `days.since` on, and the whole history of
    those in ``stale_product``.
    """
    _set_bounds(duck, settings, days.first, days.last, days.since)
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE todo AS SELECT product_id, CASE "
        "WHEN product_id IN (FROM stale_product) THEN ? ELSE ? END AS from_day "
        "FROM product",
        [days.first, days.since],
    )
    duck.execute("DELETE FROM todo WHERE from_day > ?", [days.last])
    if not duck.execute("SELECT 1 FROM todo LIMIT 1").fetchall():
        return
    for step in ("video_seen", "offer", "resale_day"):
        duck.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {_query(step)}")
    for table in (HashtagDay, CategoryDay):
        name = table.table_name()
        duck.execute(f"DELETE FROM {name} WHERE day >= ?", [days.since])
        duck.execute(
            f"INSERT INTO {name} BY NAME FROM ({_query(name)}) WHERE day >= ?",
            [days.since],
        )
    duck.execute(
        "DELETE FROM product_day USING todo "
        "WHERE product_day.product_id = todo.product_id AND day >= from_day"
    )
    duck.execute(f"INSERT INTO product_day BY NAME {_query('product_day')}")


def set_last_day(
    duck: duckdb.DuckDBPyConnection, settings: Settings, last: date
) -> None:
    """Make ``bounds`` say that nothing after `last` is to be used."""
    first, _ = observed_span(duck) or (last, last)
    _set_bounds(duck, settings, first, last, last + timedelta(1))


def _query(step: str) -> str:
    if step == "product_day":
        step = "product_day_new"
    return sql_beside(__file__, step)


def _create(duck: duckdb.DuckDBPyConnection) -> None:
    for table in DAILY:
        empty = arrow_schema(list(sql_table(table).columns)).empty_table()
        put(duck, table.table_name(), empty)
    duck.execute("CREATE OR REPLACE TABLE unstored_product (product_id VARCHAR)")


def _set_bounds(
    duck: duckdb.DuckDBPyConnection,
    settings: Settings,
    first: date,
    last: date,
    since: date,
) -> None:
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE bounds AS SELECT ?::DATE AS first_day, "
        "?::DATE AS last_day, ?::DATE AS since, ?::INTEGER AS return_window_days",
        [first, last, since, settings.return_window_days],
    )


def _days(
    duck: duckdb.DuckDBPyConnection, followed: Followed, first: date, last: date
) -> Days:
    before = followed.mark.last_day
    _find_stale(duck)
    if before is None or _shared_changed(duck):
        return Days(first, last, first)
    since = min(followed.stale_from or date.max, before + timedelta(1))
    return Days(first, last, max(since, first))


def _find_stale(duck: duckdb.DuckDBPyConnection) -> None:
    """Put the products whose links are others than before into ``stale_product``."""
    links = "SELECT product_id, hashtag, confidence FROM"
    ids = "SELECT product_id FROM"
    now, before = "product_hashtag", "former_product_hashtag"
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE stale_product AS "
        f"{ids} ({links} {now} EXCEPT {links} {before}) "
        f"UNION {ids} ({links} {before} EXCEPT {links} {now}) "
        f"UNION ({ids} product EXCEPT {ids} former_product)"
    )


def _shared_changed(duck: duckdb.DuckDBPyConnection) -> bool:
    differs = " OR ".join(f"now.{c} IS DISTINCT FROM was.{c}" for c in SHARED)
    return bool(
        duck.execute(
            "SELECT 1 FROM product AS now JOIN former_product AS was "
            f"USING (product_id) WHERE {differs} LIMIT 1"
        ).fetchall()
    )
