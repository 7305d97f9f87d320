"""Many rows out of the store as Arrow: a text a row costs Python far less than a value
a cell, so SQLite hands each over as JSON and PostgreSQL as CSV.
"""

import io
from collections.abc import Callable, Iterator, Sequence, Sized
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
from sqlalchemy import ColumnElement, Select, String, case, func, type_coerce
from sqlmodel import Session

from store.ahead import ahead
from store.bulk import arrow_schema

BATCH_ROWS = 50_000
BLOCK_BYTES = 4 * 2**20


def read_rows(session: Session, query: Select[Any]) -> pa.Table:
    """Return what a query yields; column types are the tables' own.

    Parameters
    ----------
    query : sqlalchemy.Select
        Its columns are plain table columns, or labelled casts of known type.
    """
    schema = _schema(query)
    fetched, parsed = _ways(session)
    tables = (parsed(part, schema) for part in fetched(session, query))
    return pa.concat_tables([schema.empty_table(), *tables])


def read_batches(session: Session, query: Select[Any]) -> Iterator[pa.Table]:
    """Yield the same part by part, so that all of it never is in memory; the next part
    is fetched meanwhile: the session is not to be used until they all are.
    """
    schema = _schema(query)
    fetched, parsed = _ways(session)
    for part in ahead(fetched(session, query)):
        yield parsed(part, schema)


def _ways(session: Session) -> tuple[Callable[..., Any], Callable[..., pa.Table]]:
    """Return how a database's rows are fetched, and how they become a table."""
    if session.get_bind().dialect.name == "sqlite":
        return _from_sqlite, _parsed_json
    return _from_postgres, _parsed_csv


def _schema(query: Select[Any]) -> pa.Schema:
    return arrow_schema(list(query.selected_columns))  # type: ignore[arg-type]


def _from_sqlite(session: Session, query: Select[Any]) -> Iterator[list[str]]:
    # Numbers for names: these stand in every row.
    values = enumerate(map(_json_value, query.selected_columns, _schema(query).types))
    line = func.json_object(*chain.from_iterable((str(n), v) for n, v in values))
    lines = query.with_only_columns(line, maintain_column_froms=True)
    connection = session.connection()
    sql = str(lines.compile(connection, compile_kwargs={"literal_binds": True}))
    found = connection.exec_driver_sql(sql).cursor
    while part := found.fetchmany(BATCH_ROWS):
        yield [row[0] for row in part]


def _json_value(column: ColumnElement[Any], kind: pa.DataType) -> ColumnElement[str]:
    value = type_coerce(column, String)
    if not pa.types.is_floating(kind):
        return value
    # All digits: SQLite's own text has 15 of them, and without the "!" 16.
    return case((value.is_not(None), func.printf("%!.17g", value)))


def _from_postgres(session: Session, query: Select[Any]) -> Iterator[list[bytes]]:
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    sql = query.compile(connection, compile_kwargs={"literal_binds": True})
    with raw.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT CSV)") as copy:
            # COPY gives whole rows.
            rows = iter(copy)
            while part := [*islice(rows, BATCH_ROWS)]:
                yield part


def _parsed_json(rows: list[str], schema: pa.Schema) -> pa.Table:
    read = pa_json.read_json(
        io.BytesIO("\n".join(rows).encode()),
        read_options=pa_json.ReadOptions(block_size=_block_bytes(rows)),
        parse_options=pa_json.ParseOptions(
            explicit_schema=pa.schema(
                [(str(n), _in_json(kind)) for n, kind in enumerate(schema.types)]
            ),
            unexpected_field_behavior="error",
        ),
    )
    return read.rename_columns(schema.names).cast(schema)


def _in_json(kind: pa.DataType) -> pa.DataType:
    """Return what SQLite has a value of a type as."""
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return pa.int64()
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else pa.string()


def _parsed_csv(rows: list[bytes], schema: pa.Schema) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(b"".join(rows)),
        read_options=pa_csv.ReadOptions(
            column_names=schema.names, block_size=_block_bytes(rows)
        ),
        parse_options=pa_csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={f.name: f.type for f in schema},
            true_values=["t", "1"],
            false_values=["f", "0"],
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            timestamp_parsers=[pa_csv.ISO8601],
        ),
    )


def _block_bytes(rows: Sequence[Sized]) -> int:
    # A block is parsed by itself and has to hold the longest row; a letter has four
    # bytes at most.
    return max(BLOCK_BYTES, 4 * max(map(len, rows)) + 1)
