"""How the workbench follows the store: what changed is copied, the rest stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from ml.daily.mark import Mark, earlier, fingerprint, read_mark, write_mark
from store.bulk import arrow_schema, sql_table
from store.changes import KNOWN_AT, earliest
from store.clock import utc_now
from store.database import Database
from store.duck import put, table_names
from store.money import read_rates
from store.reading import read_batches, read_rows
from store.settings import Settings
from store.tables import (
    CategoryDay,
    Change,
    HashtagDay,
    HashtagSnapshot,
    Product,
    ProductDay,
    ProductHashtag,
    Table,
)

CATALOGUE: tuple[type[Table], ...] = (Product, ProductHashtag)
DERIVED: tuple[type[Table], ...] = (HashtagDay, CategoryDay, ProductDay)
# What the queries call a copy; the others have their table's name.
RELATIONS: dict[type[Table], str] = {HashtagSnapshot: "snapshot"}
# What of one product goes into the daily rows of others.
SHARED = ("category", "list_price_minor", "currency")


def relation(table: type[Table]) -> str:
    """Return the name of a table's copy."""
    return RELATIONS.get(table, table.table_name())


def follow(
    duck: duckdb.DuckDBPyConnection, database: Database, settings: Settings
) -> Mark:
    """Copy what changed in the store since the last time, all of one moment; return the
    new mark, which says what has to be made again.
    """
    today = utc_now().date()
    with database.reading(one_moment=True) as session:
        mark, changes = _continued(duck, session, fingerprint(settings))
        if mark.copied_to is None:
            _start_over(duck, settings)
        duck.execute("BEGIN")
        changed_from = earliest(changes)
        days = [mark.stale_from]
        for table in KNOWN_AT:
            changed = changed_from.get(table.table_name())
            span = _span(changed, mark, today)
            if span:
                days += [changed, _copy(duck, session, table, span)]
        for table in CATALOGUE:
            _stage(duck, session, table)
    days.append(_compare_catalogue(duck))
    for table in CATALOGUE:
        duck.execute(f"DELETE FROM {relation(table)}")
        duck.execute(f"INSERT INTO {relation(table)} FROM new_{relation(table)}")
    if changes:
        newest = changes[-1]
        mark = replace(mark, change_id=newest.change_id or 0, token=newest.token)
    copied_to = max(today, mark.copied_to or today)
    mark = replace(mark, copied_to=copied_to, stale_from=earlier(*days))
    write_mark(duck, mark)
    duck.execute("COMMIT")
    return mark


def _continued(
    duck: duckdb.DuckDBPyConnection, session: Session, digest: str
) -> tuple[Mark, list[Change]]:
    """Return the mark and the changes after it; another store's mark is a new one."""
    mark = read_mark(duck)
    if mark and mark.fingerprint == digest:
        found = _changes(session, mark.change_id)
        if found and (found[0].change_id, found[0].token) == mark.change:
            return mark, found[1:]
    return Mark(digest), _changes(session, 0)


def _changes(session: Session, first_id: int) -> list[Change]:
    number = col(Change.change_id)
    query = select(Change).where(number >= first_id).order_by(number)
    return [*session.exec(query)]


def _start_over(duck: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    # Before the transaction that fills the tables: DuckDB (2.0 and before) loses sight
    # of many rows that are put into a table which the same transaction made.
    duck.execute("BEGIN")
    for name in table_names(duck):
        duck.execute(f'DROP TABLE "{name}"')
    duck.execute("COMMIT")
    for table in (*KNOWN_AT, *CATALOGUE, *DERIVED):
        empty = arrow_schema(list(sql_table(table).columns)).empty_table()
        put(duck, relation(table), empty)
    for name in ("stale_product", "unstored_product"):
        duck.execute(f"CREATE TABLE {name} (product_id VARCHAR)")
    put(duck, "rate", rate_table(settings))


def rate_table(settings: Settings) -> pa.Table:
    """Return the dated exchange rates as the queries read them."""
    days, codes, rates = zip(*read_rates(settings.rates_file), strict=True)
    columns = {"day": days, "currency": codes, "usd_per_unit": rates}
    return pa.table({name: list(c) for name, c in columns.items()})


def _span(
    changed_from: date | None, mark: Mark, today: date
) -> tuple[datetime, datetime] | None:
    """Return from when to when rows have to be copied."""
    if mark.copied_to is None:
        low: date | None = date.min
    elif mark.copied_to < today:
        # What was dated later than the day of the last copy may be known by now.
        low = earlier(changed_from, mark.copied_to + timedelta(1))
    else:
        low = changed_from
    return (midnight(low), midnight(today + timedelta(1))) if low else None


def _copy(
    duck: duckdb.DuckDBPyConnection,
    session: Session,
    table: type[Table],
    span: tuple[datetime, datetime],
) -> date | None:
    """Copy a dated table's rows of a span; return the first day there is one of."""
    name, known_at = relation(table), KNOWN_AT[table]
    low, end = span
    column = sql_table(table).c[known_at]
    query = sql_select(sql_table(table)).where(column < end)
    if low.date() > date.min:
        query = query.where(column >= low)
        duck.execute(f'DELETE FROM "{name}" WHERE {known_at} >= ?', [low])
    days = []
    for rows in read_batches(session, query):
        duck.register("rows_", rows)
        duck.execute(f'INSERT INTO "{name}" BY NAME FROM rows_')
        duck.unregister("rows_")
        days.append(pc.min(rows[known_at]).as_py().date())
    return earlier(*days)


def _stage(
    duck: duckdb.DuckDBPyConnection, session: Session, table: type[Table]
) -> None:
    duck.register("rows_", read_rows(session, sql_select(sql_table(table))))
    duck.execute(f"CREATE OR REPLACE TEMP TABLE new_{relation(table)} AS FROM rows_")
    duck.unregister("rows_")


def _compare_catalogue(duck: duckdb.DuckDBPyConnection) -> date | None:
    """Note the products that are new or have another brand or other hashtags as stale;
    return the first of all days where one of the others has a new price or category.
    """
    links = "SELECT product_id, hashtag, confidence FROM"
    now, before = "new_product_hashtag", "product_hashtag"
    ids = "SELECT product_id FROM"
    duck.execute(
        f"INSERT INTO stale_product ({ids} ({links} {now} EXCEPT {links} {before}) "
        f"UNION {ids} ({links} {before} EXCEPT {links} {now}) "
        f"UNION {ids} (SELECT product_id, brand FROM new_product "
        "EXCEPT SELECT product_id, brand FROM product)) EXCEPT FROM stale_product"
    )
    differs = " OR ".join(f"now.{c} IS DISTINCT FROM was.{c}" for c in SHARED)
    shared = duck.execute(
        "SELECT 1 FROM new_product AS now JOIN product AS was USING (product_id) "
        f"WHERE {differs} LIMIT 1"
    ).fetchall()
    return date.min if shared else None


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return datetime.combine(day, time(), UTC)
