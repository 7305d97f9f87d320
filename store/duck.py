"""DuckDB, the engine of imports and daily tables: in UTC, never on the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from filelock import FileLock

from store.money import currency_exponents
from store.settings import Settings

# What is larger spills into the data folder.
MEMORY_LIMIT = "2GB"
SPILL = "spill-"


@contextmanager
def duck_session(
    settings: Settings, file: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield DuckDB, empty or with what `file` holds, that knows
    ``minor_units(currency)``.

    What does not fit into memory spills into the data folder, for it may be personal,
    and is gone afterwards.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(prefix=SPILL, dir=settings.data_dir) as spill,
        # Held as long as this process lives: what it leaves behind can be told.
        FileLock(Path(spill) / "lock"),
        duckdb.connect(file or ":memory:") as duck,
    ):
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute("SET autoinstall_known_extensions = false")
        duck.execute("SET enable_progress_bar = false")
        # What was committed is in the log beside the file, and goes into the file when
        # there is more of it: not at each close, which takes longer than a day's rows.
        duck.execute("PRAGMA disable_checkpoint_on_shutdown")
        # A join with the latest rate is planned as a loop over all where few rows are
        # expected, and more come.
        duck.execute("SET asof_loop_join_threshold = 0")
        duck.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        duck.execute(f"SET temp_directory = '{_quoted(spill)}'")
        units = " ".join(
            f"WHEN currency = '{code}' THEN {10**digits}"
            for code, digits in currency_exponents().items()
            if digits != 2
        )
        macro = f"minor_units(currency) AS CASE {units} ELSE 100 END"
        duck.execute(f"CREATE TEMP MACRO {macro}")
        yield duck


@cache
def sql_beside(module: str, name: str) -> str:
    """Return the query ``<name>.sql`` that lies beside a module.

    Parameters
    ----------
    module : str
        The module's ``__file__``.
    """
    return Path(module).with_name(f"{name}.sql").read_text(encoding="utf-8")


def put(duck: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Make `rows` the table `name`, in the place of one of that name."""
    duck.register("_rows", rows)
    duck.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM _rows')
    duck.unregister("_rows")


def write_parquet(duck: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write a query's rows as Parquet, in its order; return how many there are."""
    written = duck.execute(f"COPY ({query}) TO '{_quoted(file)}' (FORMAT PARQUET)")
    return int(written.fetchall()[0][0])


def table_names(duck: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the names of the tables that its file holds."""
    known = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary"
    return {name for (name,) in duck.execute(known).fetchall()}


def _quoted(path: str | Path) -> str:
    return str(path).replace("'", "''")
