"""What the spiders share: arguments, requests whose every end is noted, findings."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from w3lib.encoding import http_content_type_encoding
from web_poet import HttpResponse

from scrapers.bodies import decode_body
from scrapers.findings import Findings
from scrapers.pages.page import Reading, SitePage
from scrapers.pages.walls import refuse_address, refuse_status
from store.errors import (
    BlockedError,
    CrawlError,
    FailedError,
    TrendGuardError,
)
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

    def read(self, page: type[SitePage], response: Response) -> Reading | None:
        """Read a response as a page; what it says, or why not, goes to the findings."""
        self.findings.page_count += 1
        try:
            reading = page(response=whole_response(response)).read()
        except CrawlError as error:
            self.findings.refuse(error)
            return None
        self.findings.add(reading)
        return reading

    def note_failure(self, failure: Any) -> None:
        """Note why a request got no answer at all."""
        try:
            refuse_address(failure.request.url)
        except CrawlError as error:
            self.findings.refuse(error)
            return
        self.findings.refuse(error_of(failure.value, failure.request.url))

    def note_crash(self, failure: Any) -> None:
        """Note a mistake of our own; Scrapy logs it with its traceback."""
        self.findings.refuse(
            FailedError(f"the spider broke: {failure.type.__name__}: {failure.value}")
        )


def whole_response(response: Response) -> HttpResponse:
    """Return Scrapy's response as web-poet's, if it is an answer with content.

    Raises
    ------
    CrawlError
        If its address or status says otherwise, or it is no text.
    """
    refuse_address(response.url)
    retry_after = response.headers.get("Retry-After")
    refuse_status(response.status, retry_after.decode() if retry_after else None)
    declared = response.headers.get("Content-Type") or b""
    charset = http_content_type_encoding(declared.decode("latin-1"))
    text = decode_body(response.body, charset)
    return HttpResponse(url=response.url, body=text.encode(), encoding="utf-8")


def error_of(error: BaseException, url: str) -> CrawlError:
    """Return the crawl error that a failed request stands for."""
    if isinstance(error, IgnoreRequest) and "robots.txt" in str(error):
        return BlockedError(f"robots.txt forbids us {url}")
    if isinstance(error, DownloadCancelledError):
        return FailedError(f"the answer is too large: {url}")
    if isinstance(error, ResponseDataLossError):
        return FailedError(f"the answer was cut off: {url}")
    if isinstance(error, DownloadTimeoutError) or "Timeout" in type(error).__name__:
        return FailedError(f"no answer in time: {url}")
    return FailedError(f"{url}: {type(error).__name__}: {error}")
