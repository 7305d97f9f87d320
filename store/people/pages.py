"""The pages of the database that deleted rows still stand on, made anew without."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from sqlalchemy import text

from store.database import Database
from store.errors import DatabaseError

PATIENCE_MS = 30_000


def clear_pages(database: Database, tables: Iterable[str]) -> None:
    """Write the database anew without what was deleted: on SQLite the whole file, and
    an empty write-ahead log; on PostgreSQL these tables and their statistics.

    Raises
    ------
    DatabaseError
        If another process kept old pages in use all the while.
    """
    if database.engine.dialect.name == "postgresql":
        _clear_postgres(database, tables)
    else:
        _clear_sqlite(database)


def _clear_postgres(database: Database, tables: Iterable[str]) -> None:
    # Readers wait meanwhile, as for any change of a table.
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for table in sorted(set(tables)):
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {quote(table)}"))


def _clear_sqlite(database: Database) -> None:
    with closing(database.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        try:
            driver.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            driver.execute("VACUUM")
            busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # locked
            busy = 1
    if busy:
        raise DatabaseError(
            "other processes are still reading what was deleted; stop them or wait, "
            "then run the same command again: it goes on where it stopped"
        )
