"""One crawl from start to end, in this process; Scrapy's reactor starts but once."""

from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from scrapers.answers import AnswerProvider
from scrapers.browser import browser_launch_options, is_ballast
from scrapers.findings import Findings
from scrapers.pipeline import Pipeline
from scrapers.rendered import RenderedProvider
from scrapers.runs import begin_run, end_run, refuse_ended, started_at
from scrapers.spiders.ebay_search import EbaySearchSpider
from scrapers.spiders.poshmark_search import PoshmarkSearchSpider
from scrapers.spiders.site_spider import SiteSpider
from scrapers.spiders.tiktok_tag import TikTokTagSpider
from store.database import Database
from store.errors import FailedError, TrendGuardError
from store.settings import Settings
from store.tables import CrawlRun

SPIDERS: dict[str, type[SiteSpider]] = {
    spider.name: spider
    for spider in (EbaySearchSpider, PoshmarkSearchSpider, TikTokTagSpider)
}
LARGEST_BYTES = 16 * 2**20
DOWNLOAD_SECONDS = 30
# Doors into a running crawl, one of them an HTTP server that runs what it is sent.
CONSOLES = (
    "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.telnet.TelnetConsole",
)
BROWSER_HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"


def crawl(
    database: Database,
    settings: Settings,
    spider: str,
    arguments: dict[str, str],
    run_id: str = "",
) -> dict[str, Any]:
    """Crawl once and store what was found, if the outcome is ok.

    Parameters
    ----------
    spider : str
        A name in `SPIDERS`.
    arguments : dict of str to str
        As the spider takes them.
    run_id : str
        A queued run to carry out; empty makes a new one.

    Returns
    -------
    dict
        ``spider``, ``outcome``, ``message``, ``run_id``, ``items`` and ``drops``
        (counts), ``pages``, ``seconds``.

    Raises
    ------
    TrendGuardError
        If there is no such spider or run, or an argument is wrong.
    """
    if spider not in SPIDERS:
        raise TrendGuardError(f"no spider {spider!r}; there are: {', '.join(SPIDERS)}")
    arguments = SPIDERS[spider].check_arguments(arguments)
    run = begin_run(database, spider, arguments, run_id)
    if run.state == "done":
        return _result(run)
    findings = Findings()
    try:
        _fetch(settings, spider, arguments, findings)
    except Exception as error:
        findings.refuse(FailedError(f"{type(error).__name__}: {error}"))
    except BaseException:
        findings.refuse(FailedError("the crawl was stopped from outside"))
        _store(database, run, arguments, findings)
        raise
    return _result(_store(database, run, arguments, findings))


def _fetch(
    settings: Settings, spider: str, arguments: dict[str, str], findings: Findings
) -> None:
    kind = SPIDERS[spider]
    process = AsyncCrawlerProcess(_scrapy_settings(settings, kind))
    crawler = process.create_crawler(kind)
    task = process.crawl(
        crawler, settings_=settings, findings=findings, arguments=arguments
    )
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    findings.end(str(reason or "it never began"))


def _store(
    database: Database, run: CrawlRun, arguments: dict[str, str], findings: Findings
) -> CrawlRun:
    pipeline = Pipeline(run.spider, arguments, started_at(run))
    counts: dict[str, int] = {}
    with database.writing() as session:
        refuse_ended(session, run)
        if findings.outcome == "ok":
            pipeline.take(session, findings.items)
            counts = pipeline.write(session)
        return end_run(
            session,
            run,
            outcome=findings.outcome,
            message=findings.message,
            items=counts,
            drops=pipeline.drops,
            page_count=findings.page_count,
        )


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


def _scrapy_settings(settings: Settings, kind: type[SiteSpider]) -> dict[str, Any]:
    # An INFO log of Scrapy is of no use to who only wants the outcome.
    level = settings.log_level if "log_level" in settings.model_fields_set else None
    # What is under way when the crawl's time is over still gets its answer.
    seconds = min(DOWNLOAD_SECONDS, max(1, settings.crawl_timeout_seconds // 4))
    chosen = {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": settings.user_agent.split("/")[0],
        "DOWNLOAD_DELAY": settings.crawl_delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_TIMEOUT": seconds,
        "DOWNLOAD_MAXSIZE": LARGEST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "CLOSESPIDER_TIMEOUT": max(1, settings.crawl_timeout_seconds - seconds),
        "RETRY_TIMES": 2,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "REDIRECT_MAX_TIMES": 5,
        # Every status is an outcome, so every response reaches the spider.
        "HTTPERROR_ALLOW_ALL": True,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapers.retry.PatientRetry": 550,
        },
        # Page objects come to the callbacks that name them.
        "ADDONS": {"scrapy_poet.Addon": 300},
        "SCRAPY_POET_PROVIDERS": {AnswerProvider: 1},
        "COOKIES_ENABLED": False,
        "EXTENSIONS": dict.fromkeys(CONSOLES),
        "LOG_LEVEL": level or "WARNING",
    }
    if kind is TikTokTagSpider:
        chosen |= _browser_settings(settings, seconds)
    return chosen


def _browser_settings(settings: Settings, seconds: int) -> dict[str, Any]:
    context = {"user_agent": settings.user_agent, "locale": "en-US"}
    return {
        "SCRAPY_POET_PROVIDERS": {RenderedProvider: 1},
        "DOWNLOAD_HANDLERS": {"http": BROWSER_HANDLER, "https": BROWSER_HANDLER},
        "PLAYWRIGHT_LAUNCH_OPTIONS": browser_launch_options(settings),
        "PLAYWRIGHT_CONTEXTS": {"default": context},
        "PLAYWRIGHT_ABORT_REQUEST": is_ballast,
        "PLAYWRIGHT_MAX_CONTEXTS": 1,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": seconds * 1000,
        # The browser's own headers; its user agent is set on the context.
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
    }
