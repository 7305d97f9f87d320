"""Where the workbench's file is, and who has it: one process at a time.

What is in it is `ml.daily`'s affair; here it is only kept for oneself, or dropped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from store.errors import DatabaseError
from store.settings import Settings

PATIENCE_SECONDS = 600


def workbench_file(settings: Settings) -> Path:
    """Return the workbench's file; it need not be there."""
    return settings.data_dir / "workbench.duckdb"


@contextmanager
def alone(file: Path, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Keep every other process off the workbench.

    Raises
    ------
    DatabaseError
        If another one keeps it for too long.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(file.with_suffix(".lock"), timeout=patience_seconds):
            yield
    except Timeout as error:
        raise DatabaseError(
            f"another process has been working on {file} for {patience_seconds} s; "
            "try again when it is done"
        ) from error


def drop(file: Path) -> bool:
    """Remove the workbench and what belongs to it; tell whether it was there."""
    was_there = file.exists()
    for part in (file, file.with_name(f"{file.name}.wal")):
        part.unlink(missing_ok=True)
    return was_there
