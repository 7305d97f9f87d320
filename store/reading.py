"""Many rows out of the store as Arrow: either database hands them over as CSV, for a
text a row costs Python far less than a value a cell.
"""

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Column, ColumnElement, Select, String, case, func, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session

from store.bulk import arrow_schema

BATCH_ROWS = 200_000
BATCH_BYTES = 32 * 2**20


def read_rows(session: Session, query: Select[Any]) -> pa.Table:
    """Return what a query yields; column types are the tables' own.

    Parameters
    ----------
    query : sqlalchemy.Select
        Its columns are plain table columns, or labelled casts of known type.
    """
    schema = _schema(query)
    return pa.concat_tables([schema.empty_table(), *read_batches(session, query)])


def read_batches(session: Session, query: Select[Any]) -> Iterator[pa.Table]:
    """Yield the same part by part, so that all of it never is in memory."""
    schema = _schema(query)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    texts = _from_sqlite if is_sqlite else _from_postgres
    for text in texts(session, query):
        yield _parsed(text, schema)


def _schema(query: Select[Any]) -> pa.Schema:
    return arrow_schema(list(query.selected_columns))  # type: ignore[arg-type]


def _from_sqlite(session: Session, query: Select[Any]) -> Iterator[bytes]:
    line = _CsvLine(*map(_csv_field, query.selected_columns))  # type: ignore[arg-type]
    lines = query.with_only_columns(line, maintain_column_froms=True)
    connection = session.connection()
    sql = str(lines.compile(connection, compile_kwargs={"literal_binds": True}))
    found = connection.exec_driver_sql(sql).cursor
    while part := found.fetchmany(BATCH_ROWS):
        yield "\n".join(row[0] for row in part).encode()


class _CsvLine(FunctionElement[str]):
    """Texts with commas between; one by one with ``+`` they take thrice as long to
    become SQL.
    """

    inherit_cache = True
    type = String()


@compiles(_CsvLine)
def _csv_line(element: _CsvLine, compiler: SQLCompiler, **options: Any) -> str:
    return " || ',' || ".join(compiler.process(c, **options) for c in element.clauses)


def _csv_field(column: Column[Any]) -> ColumnElement[str]:
    kind = arrow_schema([column]).types[0]
    value = type_coerce(column, String)
    text: ColumnElement[str] = value
    if pa.types.is_string(kind):
        text = '"' + func.replace(value, '"', '""') + '"'
    elif pa.types.is_floating(kind):
        # All digits: SQLite's own text has 15 of them, and without the "!" 16.
        text = func.printf("%!.17g", value)
    elif pa.types.is_timestamp(kind):
        text = value + "Z"
    may_be_none = getattr(column, "nullable", True)
    return case((value.is_(None), ""), else_=text) if may_be_none else text


def _from_postgres(session: Session, query: Select[Any]) -> Iterator[bytes]:
    connection = session.connection()
    raw: Any = connection.connection.driver_connection
    sql = query.compile(connection, compile_kwargs={"literal_binds": True})
    buffer = io.BytesIO()
    with raw.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT CSV)") as copy:
            # COPY gives whole rows.
            for row in copy:
                buffer.write(row)
                if buffer.tell() > BATCH_BYTES:
                    yield buffer.getvalue()
                    buffer = io.BytesIO()
    if buffer.tell():
        yield buffer.getvalue()


def _parsed(text: bytes, schema: pa.Schema) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(text),
        read_options=pa_csv.ReadOptions(column_names=schema.names),
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
