"""TikTok's tag page, in a browser that listens to what the page itself fetches."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import Response as BrowserResponse
from scrapy.http import Request, Response
from web_poet import HttpResponse

from scrapers.pages.tiktok_tag import VIDEO_COUNT, TikTokTagPage
from scrapers.pages.walls import CAPTCHA
from scrapers.spiders.site_spider import SiteSpider, whole_response
from store.errors import BlockedError, CrawlError

ANSWERS = ("/api/challenge/detail/", "/api/challenge/item_list/")
PATIENCE_SECONDS = 12.0
GRACE_SECONDS = 3.0


class TikTokTagSpider(SiteSpider):
    """A hashtag's totals and newest videos."""

    name = "tiktok_tag"
    ARGUMENTS: ClassVar[dict[str, str | None]] = {"hashtag": None}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers: dict[str, HttpResponse] = {}

    @classmethod
    def check_arguments(cls, given: dict[str, str]) -> dict[str, str]:
        """Return the arguments; a hashtag may come with its ``#``."""
        arguments = super().check_arguments(given)
        return {"hashtag": arguments["hashtag"].removeprefix("#").lower()}

    def first_requests(self) -> Iterator[Request]:
        """Yield the tag page."""
        name = quote(self.arguments["hashtag"])
        meta = {
            "playwright": True,
            "playwright_include_page": True,
            "playwright_page_event_handlers": {"response": self.note_answer},
            "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
        }
        yield self.get(
            f"{self.site_settings.tiktok_url}/tag/{name}",
            {},
            callback=self.parse_tag,
            meta=meta,
        )

    async def note_answer(self, answer: BrowserResponse) -> None:
        """Keep an answer that the page fetched for itself."""
        path = urlsplit(answer.url).path
        if path not in ANSWERS:
            return
        try:
            body = await answer.body()
        except PlaywrightError:
            body = b""
        text = body.decode("utf-8", errors="replace") if answer.ok else ""
        self.answers[path] = HttpResponse(
            url=answer.url, body=text.encode(), status=answer.status, encoding="utf-8"
        )

    async def parse_tag(self, response: Response) -> None:
        """Wait for the page's own answers, or its counters, and read both."""
        page: Page = response.meta["playwright_page"]
        self.findings.page_count += 1
        try:
            whole = whole_response(response)
            await self._settled(page)
            html = await page.content()
            rendered = HttpResponse(
                url=page.url or str(whole.url), body=html.encode(), encoding="utf-8"
            )
            answers = tuple(self.answers.values())
            reading = TikTokTagPage(response=rendered, answers=answers).read()
            self.findings.add(reading)
        except CrawlError as error:
            self.findings.refuse(error)
        finally:
            await page.close()

    async def note_failure(self, failure: Any) -> None:  # type: ignore[override]
        """Note why there is no page, and close what was opened for it."""
        super().note_failure(failure)
        if page := failure.request.meta.get("playwright_page"):
            await page.close()

    async def _settled(self, page: Page) -> None:
        # A refused answer leaves the counters, an unknown hashtag leaves neither, and
        # where the network has gone quiet nothing more will come.
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE_SECONDS
        quiet = asyncio.ensure_future(_gone_quiet(page))
        is_lively = False
        while len(self.answers) < len(ANSWERS) and clock() < until:
            if await page.locator(CAPTCHA).count():
                raise BlockedError("TikTok shows a captcha, which we do not solve")
            seen = self.answers or await page.locator(VIDEO_COUNT).count()
            if not is_lively and (seen or quiet.done()):
                is_lively, until = True, min(until, clock() + GRACE_SECONDS)
            await asyncio.sleep(0.1)
        quiet.cancel()


async def _gone_quiet(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.wait_for_load_state("networkidle", timeout=PATIENCE_SECONDS * 1000)
