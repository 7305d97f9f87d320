"""The workbench's own memory: up to where it follows the store, and what of its daily
tables the store does not have yet.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

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
    unstored_since : date or None
        The store has other daily rows from this day on.
    """

    fingerprint: str
    change_id: int = 0
    token: str = ""
    copied_to: date | None = None
    last_day: date | None = None
    unstored_since: date | None = None

    @property
    def change(self) -> tuple[int, str]:
        """The newest change that was followed: its number and token."""
        return self.change_id, self.token

    def stored(self) -> "Mark":
        """Return the mark of a workbench whose rows the store has."""
        return replace(self, unstored_since=None)


def read_mark(duck: duckdb.DuckDBPyConnection) -> Mark | None:
    """Return the mark, None in a new file."""
    known = duck.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mark'"
    ).fetchall()
    if not known[0][0]:
        return None
    return Mark(*duck.execute("FROM mark").fetchall()[0])


def write_mark(duck: duckdb.DuckDBPyConnection, mark: Mark) -> None:
    """Put `mark` in the place of the one there is."""
    duck.execute(
        "CREATE OR REPLACE TABLE mark AS SELECT ? AS fingerprint, "
        "?::BIGINT AS change_id, ? AS token, ?::DATE AS copied_to, "
        "?::DATE AS last_day, ?::DATE AS unstored_since",
        [
            mark.fingerprint,
            mark.change_id,
            mark.token,
            mark.copied_to,
            mark.last_day,
            mark.unstored_since,
        ],
    )


def fingerprint(settings: Settings) -> str:
    """Return a digest of the queries, tables, rates and settings that the daily tables
    are made by: where it differs, they are made anew.
    """
    digest = hashlib.sha256()
    for query in sorted(HERE.glob("*.sql")) + sorted(HERE.glob("*.py")):
        digest.update(query.read_bytes())
    for table in ALL:
        digest.update(f"{table.table_name()}{table.column_names()}".encode())
    if settings.rates_file:
        digest.update(settings.rates_file.read_bytes())
    digest.update(f"{settings.url} {settings.return_window_days}".encode())
    return digest.hexdigest()
