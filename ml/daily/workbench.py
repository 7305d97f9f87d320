"""The workbench: a DuckDB file beside the store that follows it, with the daily tables.

It holds a copy of the observations and what is derived from them, so that a new day
costs a day's work. Nothing is in it alone: it may be deleted at any time.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from threading import Timer

import duckdb

from ml.daily.following import follow
from ml.daily.mark import write_mark
from ml.daily.tables import set_last_day, update_daily
from store.database import Database
from store.duck import duck_session
from store.errors import DatabaseError, NotEnoughDataError
from store.settings import Settings
from store.workbench import PATIENCE_SECONDS, alone, drop, workbench_file

# Thirty times what five million orders take. A query that never ends would keep the
# workbench from everybody.
MOST_SECONDS = 3_600


@contextmanager
def open_workbench(
    database: Database, as_of: date | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield DuckDB with the observations and daily tables as the store has them now.

    Parameters
    ----------
    as_of : date, optional
        The last day that is used: ``bounds.last_day``. By default that of the newest
        observation, never one after today.

    Raises
    ------
    NotEnoughDataError
        If there is no observation at all.
    DatabaseError
        If another process keeps the workbench for too long, or this one does.
    """
    settings = database.settings
    file = workbench_file(settings)
    with (
        alone(file, PATIENCE_SECONDS),
        _opened(settings, file) as duck,
        _interrupted_after(MOST_SECONDS, duck),
    ):
        mark = update_daily(duck, settings, follow(duck, database, settings))
        write_mark(duck, mark)
        if mark.last_day is None:
            raise NotEnoughDataError(
                "there is nothing to learn from yet: `trendguard import DIR` or "
                "`trendguard crawl SPIDER` first"
            )
        set_last_day(duck, settings, as_of or mark.last_day)
        yield duck


@contextmanager
def _opened(settings: Settings, file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with ExitStack() as until_closed:
        try:
            duck = until_closed.enter_context(duck_session(settings, file))
        except duckdb.Error:
            # One that another version wrote, or that was damaged, is made anew.
            drop(file)
            duck = until_closed.enter_context(duck_session(settings, file))
        yield duck


@contextmanager
def _interrupted_after(
    seconds: float, duck: duckdb.DuckDBPyConnection
) -> Iterator[None]:
    timer = Timer(seconds, duck.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise DatabaseError(
            f"the daily tables were not done in {seconds} s and are left as they were; "
            "if it happens again, remove workbench.duckdb from the data folder: it is "
            "made anew"
        ) from error
    finally:
        timer.cancel()
