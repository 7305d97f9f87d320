"""Crawls in processes of their own: Twisted's reactor starts but once in each."""

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any


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
    """Starts crawls, two at a time; imports are paid for once."""

    def __enter__(self):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["scrapers.run"])
        self.pool = ProcessPoolExecutor(2, context, max_tasks_per_child=1)
        return self

    def __exit__(self, *_):
        self.pool.shutdown(cancel_futures=True)

    def start(self, *args: Any) -> Future:
        return self.pool.submit(crawl_once, *args)
