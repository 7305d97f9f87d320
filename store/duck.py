"""DuckDB, the engine of imports and daily tables: in UTC, never on the network."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


@contextmanager
def duck_session() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an empty in-memory DuckDB; large steps spill to disk."""
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute("SET autoinstall_known_extensions = false")
        duck.execute("SET enable_progress_bar = false")
        yield duck
