"""Many rows out of the store as Arrow columns, as they stood at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import pyarrow as pa
from adbc_driver_manager.dbapi import Connection, Cursor
from sqlalchemy import Column, Select
from sqlalchemy.dialects import postgresql, sqlite

from store.bulk import arrow_schema
from store.errors import DatabaseError
from store.settings import Settings

BATCH_ROWS = 65_536
# SQLite's driver learns a column's type from its first values: a row of known types
# comes first, and `is_row` tells it from the others.
IS_ROW = "is_row"


class ColumnReader:
    """Reads one database; all it reads is of one moment."""

    def __init__(self, cursor: Cursor, *, is_sqlite: bool) -> None:
        self._cursor = cursor
        self._is_sqlite = is_sqlite

    def stream(self, query: Select[Any]) -> pa.RecordBatchReader:
        """Return what a query of plain table columns yields, batch by batch.

        Columns are the query's and ``is_row``: rows where it is 0 are none. SQLite's
        times and days are ISO text in UTC, its truths 0 and 1.
        """
        dialect = sqlite.dialect() if self._is_sqlite else postgresql.dialect()
        compiled = query.compile(
            dialect=dialect, compile_kwargs={"literal_binds": True}
        )
        sql = f"SELECT *, 1 AS {IS_ROW} FROM ({compiled}) AS rows"
        if self._is_sqlite:
            sql = f"{_typed_row(list(query.selected_columns))} UNION ALL {sql}"  # type: ignore[arg-type]
        self._cursor.execute(sql)
        return self._cursor.fetch_record_batch()


@contextmanager
def reading_columns(settings: Settings) -> Iterator[ColumnReader]:
    """Yield a reader of the store; it waits for nobody and nobody waits for it.

    Raises
    ------
    DatabaseError
        If the database can't be read.
    """
    try:
        with _connect(settings) as connection, connection.cursor() as cursor:
            is_sqlite = settings.url.startswith("sqlite")
            if is_sqlite:
                cursor.adbc_statement.set_options(
                    **{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)}
                )
            else:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield ColumnReader(cursor, is_sqlite=is_sqlite)
    except adbc_driver_manager.Error as error:
        raise DatabaseError(
            f"the database can't be read: {error}; check that it runs and that "
            "TRENDGUARD_DATABASE_URL or TRENDGUARD_DATA_DIR is right"
        ) from error


def _connect(settings: Settings) -> Connection:
    if settings.url.startswith("sqlite"):
        path = settings.url.removeprefix("sqlite:///")
        return adbc_driver_sqlite.dbapi.connect(path)
    return adbc_driver_postgresql.dbapi.connect(settings.url.replace("+psycopg", ""))


def _typed_row(columns: list[Column[Any]]) -> str:
    kinds = zip(columns, arrow_schema(columns), strict=True)
    values = (f"{_example(kind.type)} AS {column.name!r}" for column, kind in kinds)
    return f"SELECT {', '.join(values)}, 0 AS {IS_ROW}"


def _example(kind: pa.DataType) -> str:
    if pa.types.is_floating(kind):
        return "0.5"
    return "0" if pa.types.is_integer(kind) or pa.types.is_boolean(kind) else "''"
