"""What the spiders share: requests whose ends are noted, pages kept as they come."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Request

from scrapers.answers import error_of
from scrapers.findings import Findings
from scrapers.keeping import Keeper
from scrapers.pages.page import Reading, SitePage
from scrapers.pages.walls import refuse_address
from scrapers.runs import started_at
from scrapers.samples import Seen
from scrapers.scrapy_settings import scrapy_settings
from store.errors import ConflictError, CrawlError, FailedError
from store.settings import Settings
from store.tables import CrawlRun

logger = logging.getLogger("trendguard.crawl")


class SiteSpider(scrapy.Spider):
    """Base of the spiders; what they take stands in `store.spiders`.

    Parameters
    ----------
    settings_ : Settings
        Where the site is and how it is to be treated.
    findings : Findings
        Filled while the spider runs.
    keeper : Keeper
        Keeps what pages say.
    run : CrawlRun
        What is asked, and the place to go on from.
    """

    in_browser: ClassVar[bool] = False
    """Whether its pages are empty without their scripts."""

    goes_anywhere: ClassVar[bool] = False
    """Whether it fetches an address it was given."""

    def __init__(
        self,
        settings_: Settings,
        findings: Findings,
        keeper: Keeper,
        run: CrawlRun,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.site_settings = settings_
        self.findings = findings
        self.arguments = run.arguments
        self.place: dict[str, Any] = run.place
        self.observed_at = started_at(run)
        self.keeper = keeper
        self.samples = keeper.samples
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def scrapy_settings(cls, settings: Settings) -> dict[str, Any]:
        """Return Scrapy's settings for a crawl of this kind."""
        return scrapy_settings(
            settings, in_browser=cls.in_browser, goes_anywhere=cls.goes_anywhere
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SiteSpider":
        """Make the spider, and have it note its own crashes."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_crash, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first requests."""
        for request in self.first_requests():
            yield request

    def first_requests(self) -> Iterator[Request]:
        """Yield the first requests, from the run's place on."""
        raise NotImplementedError

    def get(self, address: str, query: dict[str, str], **kwargs: Any) -> Request:
        """Return a request whose failure is noted, unless told what else to do."""
        url = f"{address}?{urlencode(query)}" if query else address
        return Request(url, **{"errback": self.note_failure, **kwargs})

    async def take(
        self, page: SitePage, place: dict[str, Any], **asked: str
    ) -> Reading | None:
        """Read a page and keep what it says; None if it says nothing, which is noted.

        Parameters
        ----------
        place : dict
            Where to go on after this page, if the process dies.
        **asked : str
            What this page was asked for, where it is not all of the run's arguments.
        """
        if reading := self.read(page):
            await self.keep(reading, place, **asked)
        return reading

    def read(self, page: SitePage) -> Reading | None:
        """Read a page that came; None if it says nothing, which is noted."""
        self.findings.page_count += 1
        try:
            return replace(page.read(), answer=page.response)
        except CrawlError as error:
            self.refuse_page(error, Seen.of(page.response))
            return None

    async def keep(self, reading: Reading, place: dict[str, Any], **asked: str) -> None:
        """Keep what a page said; see `take`."""
        self.findings.item_count += len(reading.items)
        try:
            async with self._one_at_a_time:
                await asyncio.to_thread(
                    self.keeper.keep, reading.items, asked, place, reading.answer
                )
        except ConflictError as error:
            self.findings.conflict = error
            raise CloseSpider("ended_meanwhile") from error

    def note_failure(self, failure: Any) -> None:
        """Note why a request got no answer, or one that no page is made of."""
        url, error = failure.request.url, failure.value
        self.findings.page_count += isinstance(error, CrawlError)
        try:
            refuse_address(url)
        except CrawlError as wall:
            self.refuse_page(wall, Seen.with_error(error))
            return
        self.refuse_page(error_of(error, url), Seen.with_error(error))

    def refuse_page(self, error: CrawlError, page: Seen | None) -> None:
        """Note why a page says nothing, and keep it for a person to look at."""
        logger.warning("%s: %s", error.outcome, error)
        self.findings.refuse(error)
        self.samples.add_page(error.outcome, page)

    def note_crash(self, failure: Any) -> None:
        """Note a mistake of our own; Scrapy logs it with its traceback."""
        self.findings.refuse(
            FailedError(f"the spider broke: {failure.type.__name__}: {failure.value}")
        )
