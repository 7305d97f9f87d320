"""The workbench's own memory: up to where it follows the store, what of its daily
tables has to be made again, and what of them the store does not have yet.
"""

import hashlib
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import duckdb

from store.duck import table_names
from store.money import rates_digest
from store.settings import Settings
from store.tables import ALL

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Mark:
    """Where the workbench is.

    Attributes
    ----------
    fingerprint : str
        Of all that the daily tables depend on besides observations.
    change_id, token : int, str
        The newest change that was followed.
    copied_to : date or None
        Observations known up to this day are copied.
    last_day : date or None
        The daily tables go up to this day.
    stale_from : date or None
        Daily rows from this day on have to be made again; besides, the whole history of
        the products in ``stale_product``.
    unstored_from : date or None
        The store has other daily rows from this day on; besides, the whole history of
        the products in ``unstored_product``.
    """

    fingerprint: str
    change_id: int = 0
    token: str = ""
    copied_to: date | None = None
    last_day: date | None = None
    stale_from: date | None = None
    unstored_from: date | None = None

    @property
    def change(self) -> tuple[int, str]:
        """The newest change that was followed: its number and token."""
        return self.change_id, self.token


def read_mark(duck: duckdb.DuckDBPyConnection) -> Mark | None:
    """Return the mark, None in a new file."""
    if "mark" not in table_names(duck):
        return None
    return Mark(*duck.execute("FROM mark").fetchall()[0])


def write_mark(duck: duckdb.DuckDBPyConnection, mark: Mark) -> None:
    """Put `mark` in the place of the one there is."""
    duck.execute(
        "CREATE OR REPLACE TABLE mark AS SELECT ? AS fingerprint, "
        "?::BIGINT AS change_id, ? AS token, ?::DATE AS copied_to, "
        "?::DATE AS last_day, ?::DATE AS stale_from, ?::DATE AS unstored_from",
        astuple(mark),
    )


def earlier(*days: date | None) -> date | None:
    """Return the earliest of the days that are given."""
    return min((day for day in days if day), default=None)


def fingerprint(settings: Settings) -> str:
    """Return a digest of the queries, tables, rates and settings that the daily tables
    are made by: where it differs, they are made anew.
    """
    digest = hashlib.sha256()
    for source in sorted((*HERE.glob("*.sql"), *HERE.glob("*.py"))):
        digest.update(source.read_bytes())
    for table in ALL:
        digest.update(f"{table.table_name()}{table.column_names()}".encode())
    digest.update(rates_digest(settings.rates_file))
    digest.update(str(settings.return_window_days).encode())
    return digest.hexdigest()
