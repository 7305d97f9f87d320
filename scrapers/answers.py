"""What page objects are given: the site's answer, or the error that it stands for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy_poet.page_input_providers import PageObjectInputProvider
from w3lib.encoding import http_content_type_encoding
from web_poet import HttpResponse

from scrapers.bodies import utf8_body
from scrapers.pages.walls import refuse_address, refuse_status
from scrapers.retry import wait_seconds
from store.errors import BlockedError, CrawlError, FailedError

REASONS: dict[type[BaseException], str] = {
    DownloadCancelledError: "the answer is too large",
    ResponseDataLossError: "the answer was cut off",
    DownloadTimeoutError: "no answer in time",
    CannotResolveHostError: "it has no public address",
}


class AnswerProvider(PageObjectInputProvider):
    """Gives page objects their response, if it is an answer with content."""

    provided_classes = {HttpResponse}  # noqa: RUF012 - as the base class has it

    def __call__(
        self, _: set[Callable[..., object]], response: Response
    ) -> list[HttpResponse]:
        """Return the response; what is raised here reaches the request's errback."""
        with answering(response):
            return [whole_response(response)]


@contextmanager
def answering(response: Response) -> Iterator[None]:
    """Have what is raised within tell what had come."""
    try:
        yield
    except CrawlError as error:
        error.answer = response
        raise


def whole_response(response: Response) -> HttpResponse:
    """Return Scrapy's response as web-poet's, if it is an answer with content.

    Raises
    ------
    CrawlError
        If its address or status says otherwise, or it is no text.
    """
    refuse_answer(response)
    return HttpResponse(url=response.url, body=answer_body(response), encoding="utf-8")


def refuse_answer(response: Response) -> None:
    """Raise if an answer's address or status says that it has no content.

    Raises
    ------
    CrawlError
        Of the kind that they stand for.
    """
    refuse_address(response.url)
    retry_after = response.headers.get("Retry-After")
    try:
        refuse_status(response.status, retry_after.decode() if retry_after else None)
    except CrawlError as error:
        error.retry_after_seconds = wait_seconds(retry_after)
        raise


def answer_body(response: Response) -> bytes:
    """Return an answer's body in UTF-8.

    Raises
    ------
    FailedError
        If it is binary, or not in the charset it declares.
    """
    declared = response.headers.get("Content-Type") or b""
    charset = http_content_type_encoding(declared.decode("latin-1"))
    return utf8_body(response.body, charset)


def is_forbidden(error: BaseException) -> bool:
    """Tell whether a request was not sent because robots.txt forbids it."""
    return isinstance(error, IgnoreRequest) and "robots.txt" in str(error)


def error_of(error: BaseException, url: str) -> CrawlError:
    """Return the crawl error that a failed request stands for."""
    if isinstance(error, CrawlError):
        return error
    if is_forbidden(error):
        return BlockedError(f"robots.txt forbids us {url}")
    for kind, words in REASONS.items():
        if isinstance(error, kind):
            return FailedError(f"{words}: {url}")
    if "Timeout" in type(error).__name__:
        return FailedError(f"no answer in time: {url}")
    return FailedError(f"{url}: {type(error).__name__}: {error}")
