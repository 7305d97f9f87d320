"""How the workbench follows the store: what changed is copied, the rest stays."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Select, select

from ml.daily.mark import Mark, fingerprint, read_mark
from store.bulk import arrow_schema, sql_table
from store.changes import KNOWN_AT, earliest
from store.clock import utc_now
from store.columns import IS_ROW, ColumnReader, reading_columns
from store.duck import put
from store.money import read_rates
from store.settings import Settings
from store.tables import Change, HashtagSnapshot, Product, ProductHashtag, Table

STATIC: tuple[type[Table], ...] = (Product, ProductHashtag)
# What the queries call a copy; the others have their table's name.
RELATIONS: dict[type[Table], str] = {HashtagSnapshot: "snapshot"}


@dataclass(frozen=True)
class Followed:
    """What came of following the store.

    Attributes
    ----------
    mark : Mark
        Where the workbench is now; `last_day` is still that of its daily tables.
    stale_from : date or None
        The earliest day of what came in or was corrected.
    """

    mark: Mark
    stale_from: date | None


def relation(table: type[Table]) -> str:
    """Return the name of a table's copy."""
    return RELATIONS.get(table, table.table_name())


def follow(duck: duckdb.DuckDBPyConnection, settings: Settings) -> Followed:
    """Copy what changed in the store since the last time, all of one moment.

    Leaves the catalogue's former state in ``former_product`` and
    ``former_product_hashtag``.
    """
    today = utc_now().date()
    with reading_columns(settings) as columns:
        mark, changes = _continued(duck, columns, fingerprint(settings))
        if mark.copied_to is None:
            _start_over(duck, settings)
        since = earliest(changes)
        days = [
            _copy(duck, columns, table, since.get(table.table_name()), mark, today)
            for table in KNOWN_AT
        ]
        for table in STATIC:
            _copy_all(duck, columns, table)
    if changes:
        newest = changes[-1]
        mark = replace(mark, change_id=newest.change_id or 0, token=newest.token)
    mark = replace(mark, copied_to=max(today, mark.copied_to or today))
    return Followed(mark, min((day for day in days if day), default=None))


def _continued(
    duck: duckdb.DuckDBPyConnection, columns: ColumnReader, digest: str
) -> tuple[Mark, list[Change]]:
    """Return the mark and the changes after it; another store's mark is a new one."""
    mark = read_mark(duck)
    if mark and mark.fingerprint == digest:
        found = _changes(columns, mark.change_id)
        if found and (found[0].change_id, found[0].token) == mark.change:
            return mark, found[1:]
    return Mark(digest), _changes(columns, 0)


def _changes(columns: ColumnReader, first_id: int) -> list[Change]:
    table = sql_table(Change)
    query = select(table).where(table.c.change_id >= first_id).order_by("change_id")
    rows = columns.stream(query).read_all().to_pylist()
    changes = [Change(**row) for row in rows if row.pop(IS_ROW)]
    for change in changes:
        change.from_day = date.fromisoformat(str(change.from_day))
    return changes


def _start_over(duck: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    for table in (*KNOWN_AT, *STATIC):
        empty = arrow_schema(list(sql_table(table).columns)).empty_table()
        put(duck, relation(table), empty)
    days, codes, rates = zip(*read_rates(settings.rates_file), strict=True)
    columns = {"day": days, "currency": codes, "usd_per_unit": rates}
    put(duck, "rate", pa.table({name: list(c) for name, c in columns.items()}))


def _copy(
    duck: duckdb.DuckDBPyConnection,
    columns: ColumnReader,
    table: type[Table],
    changed_from: date | None,
    mark: Mark,
    today: date,
) -> date | None:
    """Copy a dated table's changed rows; return the earliest day of what is stale."""
    name, known_at = relation(table), KNOWN_AT[table]
    low = changed_from
    if mark.copied_to is None:
        low = date.min
    elif mark.copied_to < today:
        # What was dated later than the day of the last copy may be known by now.
        low = min(low or date.max, mark.copied_to + timedelta(1))
    if low is None:
        return None
    column, end = sql_table(table).c[known_at], _midnight(today + timedelta(1))
    query = select(sql_table(table)).where(column < end)
    if low > date.min:
        duck.execute(f'DELETE FROM "{name}" WHERE {known_at} >= ?', [_midnight(low)])
        query = query.where(column >= _midnight(low))
    _insert(duck, columns, name, query)
    first = duck.execute(
        f'SELECT min({known_at})::DATE FROM "{name}" WHERE {known_at} >= ?',
        [_midnight(max(low, date(1, 1, 2)))],
    ).fetchall()[0][0]
    return min((day for day in (changed_from, first) if day), default=None)


def _copy_all(
    duck: duckdb.DuckDBPyConnection, columns: ColumnReader, table: type[Table]
) -> None:
    name = relation(table)
    duck.execute(f"CREATE OR REPLACE TEMP TABLE former_{name} AS FROM {name}")
    duck.execute(f"DELETE FROM {name}")
    _insert(duck, columns, name, select(sql_table(table)))


def _insert(
    duck: duckdb.DuckDBPyConnection,
    columns: ColumnReader,
    name: str,
    query: Select[Any],
) -> None:
    duck.register("_rows", columns.stream(query))
    duck.execute(
        f'INSERT INTO "{name}" BY NAME '
        f"SELECT * EXCLUDE ({IS_ROW}) FROM _rows WHERE {IS_ROW} = 1"
    )
    duck.unregister("_rows")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
