"""What the TikTok page object is given: the page as a browser has filled it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import Response as BrowserResponse
from scrapy.http import Response
from scrapy_poet.page_input_providers import PageObjectInputProvider
from w3lib.encoding import http_content_type_encoding
from web_poet import HttpResponse

from scrapers.answers import answering, whole_response
from scrapers.bodies import LARGEST_BYTES, utf8_body
from scrapers.pages.tiktok_tag import VIDEO_COUNT, FetchedAnswers
from scrapers.pages.walls import CAPTCHA, refuse_wrong_body
from store.errors import BlockedError, FailedError

ANSWERS = ("/api/challenge/detail/", "/api/challenge/item_list/")
PATIENCE_SECONDS = 12.0
GRACE_SECONDS = 3.0


class Listener(dict[str, HttpResponse]):
    """The answers that a page fetched for itself, by path, as they come in."""

    document: BrowserResponse | None = None
    """What the page itself came as."""

    async def note(self, answer: BrowserResponse) -> None:
        """Keep an answer; Playwright calls this for each."""
        if answer.request.is_navigation_request():
            self.document = answer
        path = urlsplit(answer.url).path
        if path not in ANSWERS:
            return
        try:
            body = await answer.body()
        except PlaywrightError:
            body = b""
        text = body.decode("utf-8", errors="replace") if answer.ok else ""
        self[path] = HttpResponse(
            url=answer.url, body=text.encode(), status=answer.status, encoding="utf-8"
        )


class RenderedProvider(PageObjectInputProvider):
    """Gives a page object the rendered page and what its scripts fetched.

    The request's meta has Playwright's page and the ``listener`` that hears it.
    """

    provided_classes = {HttpResponse, FetchedAnswers}  # noqa: RUF012

    async def __call__(
        self, _: set[Callable[..., object]], response: Response
    ) -> list[object]:
        """Wait for the page's own answers, or its counters; return both."""
        page: Page = response.meta["playwright_page"]
        listener: Listener = response.meta["listener"]
        with answering(response):
            whole = whole_response(response)
            await _refuse_document(listener.document)
            await _settled(page, listener)
        html = await page.content()
        rendered = HttpResponse(
            url=page.url or str(whole.url), body=html.encode(), encoding="utf-8"
        )
        return [rendered, FetchedAnswers(listener.values())]


async def _refuse_document(document: BrowserResponse | None) -> None:
    # A browser makes a whole page of anything: what came is looked at as it came.
    if document is None:
        return
    sizes = await document.request.sizes()
    if sizes["responseBodySize"] > LARGEST_BYTES:
        raise FailedError(f"the answer is too large: {document.url}")
    try:
        body = await document.body()
    except PlaywrightError:
        return
    declared = document.headers.get("content-type", "")
    whole = utf8_body(body, http_content_type_encoding(declared))
    if whole.strip():
        refuse_wrong_body(whole)


async def _settled(page: Page, answers: Mapping[str, HttpResponse]) -> None:
    # A refused answer leaves the counters, an unknown hashtag leaves neither, and
    # where the network has gone quiet nothing more will come.
    clock = asyncio.get_running_loop().time
    until = clock() + PATIENCE_SECONDS
    quiet = asyncio.ensure_future(_gone_quiet(page))
    is_lively = False
    while len(answers) < len(ANSWERS) and clock() < until:
        if await page.locator(CAPTCHA).count():
            raise BlockedError("TikTok shows a captcha, which we do not solve")
        seen = answers or await page.locator(VIDEO_COUNT).count()
        if not is_lively and (seen or quiet.done()):
            is_lively, until = True, min(until, clock() + GRACE_SECONDS)
        await asyncio.sleep(0.1)
    quiet.cancel()


async def _gone_quiet(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.wait_for_load_state("networkidle", timeout=PATIENCE_SECONDS * 1000)
