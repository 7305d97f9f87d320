"""Crawls in processes of their own: Twisted's reactor starts but once in each."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.children import Ended, children, command_once

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


class Crawls:
    """Starts crawls, a few at a time; imports are paid for once."""

    def __enter__(self):
        self.pool = children(AT_ONCE)
        return self

    def __exit__(self, *_):
        self.pool.shutdown(cancel_futures=True)

    def start(self, *args: Any) -> Future:
        return self.pool.submit(crawl_once, *args)

    def command(self, settings: dict[str, Any], words: list[str]) -> "Future[Ended]":
        told = {f"TRENDGUARD_{k.upper()}": str(v) for k, v in settings.items()}
        return self.pool.submit(command_once, words, Path.cwd(), **told)
