"""Many rows at once into the store, from Arrow: COPY on PostgreSQL, many rows a
statement on SQLite, always inside the session's own transaction.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from store.changes import KNOWN_AT, note_change
from store.tables import Table

BATCH_ROWS = 50_000
# SQLite's driver takes half the time a row when many share a statement.
STATEMENT_ROWS = 100
Rows: TypeAlias = pa.Table | pa.RecordBatchReader


@dataclass(frozen=True)
class Merged:
    """What a merge did, in rows."""

    added: int
    updated: int
    unchanged: int


def sql_table(table: type[Table]) -> SqlTable:
    """Return the SQLAlchemy table behind a model."""
    found: SqlTable = table.metadata.tables[table.table_name()]
    return found


def arrow_schema(columns: list[Column[Any]]) -> pa.Schema:
    """Return the Arrow schema that rows of these columns have."""
    return pa.schema([(c.name, _arrow_type(c)) for c in columns])


def insert_rows(session: Session, target: SqlTable, rows: Rows) -> int:
    """Insert all rows and return how many there were.

    Parameters
    ----------
    rows : pyarrow.Table or pyarrow.RecordBatchReader
        Has the target's column names, in any order. Times are timestamps in UTC, days
        are date32. A reader's batches are inserted as they come.
    """
    reader = rows.to_reader(BATCH_ROWS) if isinstance(rows, pa.Table) else rows
    schema = arrow_schema([target.c[name] for name in reader.schema.names])
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(target.name)} ({', '.join(map(quote, schema.names))})"
    batches = (batch.cast(schema) for batch in reader)
    if connection.dialect.name == "postgresql":
        return _copy_in(raw, f"COPY {into} FROM STDIN (FORMAT CSV)", batches)
    return sum(_insert_batch(raw, f"INSERT INTO {into} VALUES", b) for b in batches)


def merge_rows(session: Session, table: type[Table], rows: Rows) -> Merged:
    """Add new rows and update those whose key exists with other content.

    Parameters
    ----------
    rows : pyarrow.Table or pyarrow.RecordBatchReader
        One row a key; columns that are not in it keep what is stored. A reader that
        comes in the order of the key fills an empty table fastest.
    """
    target = sql_table(table)
    if session.execute(select(target).limit(1)).first() is None:
        added = _fill(session, target, rows)
        if added and (known_at := KNOWN_AT.get(table)):
            first = session.execute(select(func.min(target.c[known_at]))).scalar_one()
            note_change(session, table, first.date())
        return Merged(added, 0, 0)
    stage = stage_rows(session, target, rows)
    merged = _merge(session, table, stage)
    stage.drop(session.connection())
    return merged


def _merge(session: Session, table: type[Table], stage: SqlTable) -> Merged:
    target, keys = sql_table(table), table.key_names()
    same_key = and_(*(stage.c[k] == target.c[k] for k in keys))
    rest = [c.name for c in stage.c if c.name not in keys]
    differs = or_(False, *(stage.c[c].is_distinct_from(target.c[c]) for c in rest))
    is_new = target.c[keys[0]].is_(None)
    counted = [
        func.count(),
        func.coalesce(func.sum(case((is_new, 1), else_=0)), 0),
        func.coalesce(func.sum(case((is_new, 0), (differs, 1), else_=0)), 0),
    ]
    if known_at := KNOWN_AT.get(table):
        before = target.c[known_at]
        now = stage.c.get(known_at, before)
        earlier = case((now < before, now), else_=before)
        counted.append(func.min(case((is_new, now), (differs, earlier))))
    total, added, updated, *since = session.execute(
        select(*counted).select_from(stage.outerjoin(target, same_key))
    ).one()
    if updated:
        session.execute(
            update(target)
            .values({c: stage.c[c] for c in rest})
            .where(same_key, differs),
            execution_options={"synchronize_session": False},
        )
    if added:
        missing = ~select(target).where(same_key).exists()
        names = [c.name for c in stage.c]
        rows = select(*stage.c).where(missing)
        session.execute(insert(target).from_select(names, rows))
    if since and since[0]:
        note_change(session, table, since[0].date())
    return Merged(added, updated, total - added - updated)


def stage_rows(session: Session, target: SqlTable, rows: Rows) -> SqlTable:
    """Put rows, of some of a table's columns, into a temporary table beside it."""
    stage = _stage_table(target, tuple(rows.schema.names))
    stage.drop(session.connection(), checkfirst=True)
    stage.create(session.connection(), checkfirst=False)
    insert_rows(session, stage, rows)
    return stage


@cache
def _stage_table(target: SqlTable, names: tuple[str, ...]) -> SqlTable:
    # The same each time: what SQLAlchemy compiled for it once is used again.
    columns = [Column(name, target.c[name].type) for name in names]
    name = f"stage_{target.name}"
    return SqlTable(name, MetaData(), *columns, prefixes=["TEMPORARY"])


def replace_rows(session: Session, table: type[Table], rows: pa.Table) -> None:
    """Put `rows` in the place of all the table holds."""
    session.execute(sql_table(table).delete())
    _fill(session, sql_table(table), rows)


def _fill(session: Session, target: SqlTable, rows: Rows) -> int:
    """Fill an empty table in the order of its key; indexes are made afterwards."""
    connection = session.connection()
    indexes = list(target.indexes) if connection.dialect.name == "sqlite" else []
    for index in indexes:
        index.drop(connection)
    if isinstance(rows, pa.Table):
        rows = rows.sort_by([(key.name, "ascending") for key in target.primary_key])
    added = insert_rows(session, target, rows)
    for index in indexes:
        index.create(connection)
    return added


def _arrow_type(column: Column[Any]) -> pa.DataType:
    kind = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    for sql_type, arrow_type in (
        (BigInteger, pa.int64()),
        (Integer, pa.int64()),
        (Float, pa.float64()),
        (Boolean, pa.bool_()),
        (DateTime, pa.timestamp("us", "UTC")),
        (Date, pa.date32()),
    ):
        if isinstance(kind, sql_type):
            return arrow_type
    return pa.string()


def _insert_batch(raw: Any, insert_into: str, batch: pa.RecordBatch) -> int:
    columns: list[list[Any]] = [
        _to_sqlite(column).to_pylist() for column in batch.columns
    ]
    values = list(chain.from_iterable(zip(*columns, strict=True)))
    row = f"({', '.join('?' * len(columns))})"
    many = len(columns) * STATEMENT_ROWS
    rest = len(values) - len(values) % many
    raw.executemany(
        f"{insert_into} {', '.join([row] * STATEMENT_ROWS)}",
        (values[start : start + many] for start in range(0, rest, many)),
    )
    tails = (column[rest // len(columns) :] for column in columns)
    raw.executemany(f"{insert_into} {row}", zip(*tails, strict=True))
    return len(columns[0])


def _to_sqlite(column: pa.Array) -> pa.Array:
    # As SQLAlchemy writes them: 2026-03-01 12:30:00.250000 and 2026-03-01.
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us")).cast(pa.string())
    if pa.types.is_date(column.type):
        return column.cast(pa.string())
    return column


def _copy_in(raw: Any, statement: str, batches: Iterable[pa.RecordBatch]) -> int:
    options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
    copied = 0
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in batches:
            buffer = io.BytesIO()
            pa_csv.write_csv(batch, buffer, options)
            copy.write(buffer.getvalue())
            copied += batch.num_rows
    return copied
