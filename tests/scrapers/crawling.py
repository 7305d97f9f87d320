"""Crawls in processes of their own: Twisted's reactor starts but once in each."""

import io
import multiprocessing
import os
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

# Some wait for a site most of the time.
AT_ONCE = 3


def crawl_once(
    settings: dict[str, Any], spider: str, arguments: dict[str, str], run_id: str = ""
) -> dict[str, Any]:
    from scrapers.run import crawl
    from store.database import open_database
    from store.settings import Settings

    chosen = Settings(crawl_delay_seconds=0, **settings)
    database = open_database(chosen)
    try:
        return crawl(database, chosen, spider, arguments, run_id)
    finally:
        database.close()


def command_once(settings: dict[str, Any], words: list[str]) -> tuple[int, str]:
    """Return the exit code of a `trendguard` command, and what it says on stderr."""
    from cli import main

    os.environ.update({f"TRENDGUARD_{k.upper()}": str(v) for k, v in settings.items()})
    sys.argv = ["trendguard", *words]
    with redirect_stderr(io.StringIO()) as said, redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


class Crawls:
    """Starts crawls, a few at a time; imports are paid for once."""

    def __enter__(self):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.scrapers.preloaded"])
        self.pool = ProcessPoolExecutor(AT_ONCE, context, max_tasks_per_child=1)
        return self

    def __exit__(self, *_):
        self.pool.shutdown(cancel_futures=True)

    def start(self, *args: Any) -> Future:
        return self.pool.submit(crawl_once, *args)

    def command(self, *args: Any) -> Future:
        return self.pool.submit(command_once, *args)
