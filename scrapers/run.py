"""One crawl from start to end, in this process; Scrapy's reactor starts but once."""

from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from scrapers.findings import Findings
from scrapers.keeping import Keeper, Told
from scrapers.run_log import RunLog
from scrapers.runs import begin_run, end_run
from scrapers.spiders.ebay_item import EbayItemSpider
from scrapers.spiders.ebay_search import EbaySearchSpider
from scrapers.spiders.poshmark_listing import PoshmarkListingSpider
from scrapers.spiders.poshmark_search import PoshmarkSearchSpider
from scrapers.spiders.product_page import ProductPageSpider
from scrapers.spiders.site_spider import SiteSpider
from scrapers.spiders.tiktok_research import TikTokResearchSpider
from scrapers.spiders.tiktok_tag import TikTokTagSpider
from scrapers.spiders.tiktok_trending import TikTokTrendingSpider
from scrapers.spiders.tiktok_video import TikTokVideoSpider
from store.database import Database
from store.errors import FailedError
from store.settings import Settings
from store.spiders import whole_arguments
from store.tables import CrawlLog, CrawlRun

SPIDERS: dict[str, type[SiteSpider]] = {
    spider.name: spider
    for spider in (
        EbaySearchSpider,
        PoshmarkSearchSpider,
        TikTokTagSpider,
        TikTokVideoSpider,
        TikTokResearchSpider,
        TikTokTrendingSpider,
        EbayItemSpider,
        PoshmarkListingSpider,
        ProductPageSpider,
    )
}


def crawl(
    database: Database,
    settings: Settings,
    spider: str,
    arguments: dict[str, str],
    run_id: str = "",
    *,
    told: Told = lambda _: None,
) -> dict[str, Any]:
    """Crawl once; every page that says something is kept as it comes.

    Parameters
    ----------
    spider : str
        A name in `SPIDERS`.
    arguments : dict of str to str
        As the spider takes them.
    run_id : str
        A queued run to carry out, or one whose process died to carry on; empty makes a
        new one.
    told : callable
        Given the run after each page.

    Returns
    -------
    dict
        ``spider``, ``outcome``, ``message``, ``run_id``, ``items`` and ``drops``
        (counts), ``pages``, ``seconds``.

    Raises
    ------
    TrendGuardError
        If there is no such spider or run, an argument is wrong, or somebody ended the
        run while it was under way.
    """
    run = begin_run(database, spider, whole_arguments(spider, arguments), run_id)
    if run.state == "done":
        return _result(run)
    seen = sum(run.item_counts.values()) + sum(run.drop_counts.values())
    findings = Findings(item_count=seen, page_count=run.page_count)
    keeper = Keeper(database, run, RunLog(_log_of(database, run)), told)
    try:
        with keeper.log.listening():
            _fetch(settings, run, findings, keeper)
    except Exception as error:
        findings.refuse(FailedError(f"{type(error).__name__}: {error}"))
    except BaseException:
        findings.refuse(FailedError("the crawl was stopped from outside"))
        _end(keeper, findings)
        raise
    if findings.conflict:
        raise findings.conflict
    return _result(_end(keeper, findings))


def _fetch(
    settings: Settings, run: CrawlRun, findings: Findings, keeper: Keeper
) -> None:
    kind = SPIDERS[run.spider]
    process = AsyncCrawlerProcess(kind.scrapy_settings(settings))
    crawler = process.create_crawler(kind)
    task = process.crawl(
        crawler, settings_=settings, findings=findings, keeper=keeper, run=run
    )
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    findings.end(str(reason or "it never began"))


def _log_of(database: Database, run: CrawlRun) -> str:
    with database.reading() as session:
        log = session.get(CrawlLog, run.run_id)
    return log.text if log else ""


def _end(keeper: Keeper, findings: Findings) -> CrawlRun:
    with keeper.database.writing() as session:
        run = end_run(
            session,
            keeper.run_id,
            outcome=findings.outcome,
            message=findings.message,
            page_count=findings.page_count,
            retry_after_seconds=findings.retry_after_seconds,
        )
        keeper.write_rest(session)
    return run


def _result(run: CrawlRun) -> dict[str, Any]:
    seconds = 0.0
    if run.started_at and run.finished_at:
        seconds = (run.finished_at - run.started_at).total_seconds()
    return {
        "spider": run.spider,
        "outcome": run.outcome,
        "message": run.message,
        "run_id": run.run_id,
        "items": run.item_counts,
        "drops": run.drop_counts,
        "pages": run.page_count,
        "seconds": round(seconds, 3),
    }
