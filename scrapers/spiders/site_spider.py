"""What the spiders share: arguments, requests whose every end is noted, findings."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request

from scrapers.answers import error_of
from scrapers.findings import Findings
from scrapers.pages.page import Reading, SitePage
from scrapers.pages.walls import refuse_address
from store.errors import CrawlError, FailedError, TrendGuardError
from store.settings import Settings


class SiteSpider(scrapy.Spider):
    """Base of the spiders.

    Parameters
    ----------
    settings_ : Settings
        Where the site is and how it is to be treated.
    findings : Findings
        Filled while the spider runs.
    arguments : dict of str to str
        As `check_arguments` returned them.
    """

    ARGUMENTS: ClassVar[dict[str, str | None]] = {}
    """Name of every argument and its default; None where it is required."""

    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {}
    """What an argument may be, where not anything goes."""

    def __init__(
        self,
        settings_: Settings,
        findings: Findings,
        arguments: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.site_settings = settings_
        self.findings = findings
        self.arguments = arguments

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SiteSpider":
        """Make the spider, and have it note its own crashes."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_crash, signal=signals.spider_error)
        return spider

    @classmethod
    def check_arguments(cls, given: dict[str, str]) -> dict[str, str]:
        """Return the arguments with their defaults.

        Raises
        ------
        TrendGuardError
            If one is unknown, missing, empty, or not one of its choices.
        """
        takes = ", ".join(
            name if default is None else f"{name} (default {default or 'none'})"
            for name, default in cls.ARGUMENTS.items()
        )
        if unknown := sorted(set(given) - set(cls.ARGUMENTS)):
            raise TrendGuardError(
                f"{cls.name} takes no argument {', '.join(unknown)}; it takes: {takes}"
            )
        arguments = {n: given.get(n, d or "").strip() for n, d in cls.ARGUMENTS.items()}
        for name, default in cls.ARGUMENTS.items():
            if default is None and not arguments[name]:
                raise TrendGuardError(
                    f"{cls.name} needs -a {name}=...; it takes: {takes}"
                )
        for name, choices in cls.CHOICES.items():
            if arguments[name] not in choices:
                raise TrendGuardError(
                    f"{cls.name}: {name} is one of {', '.join(choices)}, "
                    f"not {arguments[name]!r}"
                )
        return arguments

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first requests."""
        for request in self.first_requests():
            yield request

    def first_requests(self) -> Iterator[Request]:
        """Yield the first requests of the site."""
        raise NotImplementedError

    def get(self, address: str, query: dict[str, str], **kwargs: Any) -> Request:
        """Return a request whose failure is noted."""
        url = f"{address}?{urlencode(query)}" if query else address
        return Request(url, errback=self.note_failure, **kwargs)

    def read(self, page: SitePage) -> Reading | None:
        """Read a page; what it says, or why it says nothing, goes to the findings."""
        self.findings.page_count += 1
        try:
            reading = page.read()
        except CrawlError as error:
            self.findings.refuse(error)
            return None
        self.findings.add(reading)
        return reading

    def note_failure(self, failure: Any) -> None:
        """Note why a request got no answer, or one that no page is made of."""
        url, error = failure.request.url, failure.value
        self.findings.page_count += isinstance(error, CrawlError)
        try:
            refuse_address(url)
        except CrawlError as wall:
            self.findings.refuse(wall)
            return
        self.findings.refuse(error_of(error, url))

    def note_crash(self, failure: Any) -> None:
        """Note a mistake of our own; Scrapy logs it with its traceback."""
        self.findings.refuse(
            FailedError(f"the spider broke: {failure.type.__name__}: {failure.value}")
        )
