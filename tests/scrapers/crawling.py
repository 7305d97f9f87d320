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


def crawl_side_by_side(
    spider: str, asked: dict[str, tuple[dict[str, Any], dict[str, str]]]
) -> dict[str, tuple[str, str, int]]:
    """Crawl several places at once, as `scrapers.run.crawl` does.

    Parameters
    ----------
    asked : dict of str to (dict, dict)
        Settings and arguments of each crawl, by its name.

    Returns
    -------
    dict of str to tuple
        Outcome, message and pages of each.
    """
    from scrapy.crawler import AsyncCrawlerProcess, Crawler
    from scrapy.settings import Settings as ScrapySettings

    from scrapers.findings import Findings
    from scrapers.keeping import Keeper
    from scrapers.run import SPIDERS
    from scrapers.runs import begin_run
    from store.database import open_database
    from store.settings import Settings
    from store.spiders import whole_arguments

    kind, begun, process = SPIDERS[spider], {}, None
    for name, (told, arguments) in asked.items():
        settings = Settings(crawl_delay_seconds=0, **told)
        database = open_database(settings)
        run = begin_run(database, spider, whole_arguments(spider, arguments))
        # Above the process's own, which are those of the first.
        chosen = ScrapySettings(kind.scrapy_settings(settings), priority="cmdline")
        process = process or AsyncCrawlerProcess(kind.scrapy_settings(settings))
        crawler, findings = Crawler(kind, chosen), Findings()
        keeper = Keeper(database, run)
        process.crawl(
            crawler, settings_=settings, findings=findings, keeper=keeper, run=run
        )
        begun[name] = (crawler, findings, database)
    process.start()
    for crawler, findings, database in begun.values():
        findings.end(crawler.stats.get_value("finish_reason") or "it never began")
        database.close()
    return {
        name: (findings.outcome, findings.message, findings.page_count)
        for name, (_, findings, _) in begun.items()
    }


class Crawls:
    """Starts crawls, a few at a time; imports are paid for once."""

    def __enter__(self):
        self.pool = children(AT_ONCE)
        return self

    def __exit__(self, *_):
        self.pool.shutdown(cancel_futures=True)

    def start(self, *args: Any) -> Future:
        return self.pool.submit(crawl_once, *args)

    def start_side_by_side(self, *args: Any) -> Future:
        return self.pool.submit(crawl_side_by_side, *args)

    def command(self, settings: dict[str, Any], words: list[str]) -> "Future[Ended]":
        told = {f"TRENDGUARD_{k.upper()}": str(v) for k, v in settings.items()}
        return self.pool.submit(command_once, words, Path.cwd(), **told)
