"""TikTok's tag pages, in a browser that listens to what the page itself fetches."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

from playwright.async_api import Page
from scrapy.http import Request, Response

from scrapers.pages.tiktok_tag import TikTokTagPage
from scrapers.rendered import Listener
from scrapers.scrapy_settings import browser_context
from scrapers.spiders.site_spider import SiteSpider
from store.errors import BlockedError, LoginWallError
from store.spiders import hashtags_of

# A context that lives long only grows.
PAGES_A_CONTEXT = 25


class TikTokTagSpider(SiteSpider):
    """Totals and newest videos of hashtags, one page after the other."""

    name = "tiktok_tag"
    in_browser = True

    def first_requests(self) -> Iterator[Request]:
        """Yield the first tag page that is not kept yet."""
        yield from self._tag(self.place.get("index", 0))

    async def parse_tag(
        self, response: Response, page: TikTokTagPage, index: int
    ) -> AsyncIterator[Request]:
        """Read the page and what it fetched, close it, and go on to the next."""
        asked = self._hashtags[index]
        await self.take(page, {"index": index + 1}, hashtag=asked)
        await _close(response.meta["playwright_page"], index)
        for request in self._next(index):
            yield request

    async def note_tag_failure(self, failure: Any) -> AsyncIterator[Request]:
        """Note why there is no page, close what was opened for it, and go on."""
        self.note_failure(failure)
        index = failure.request.cb_kwargs["index"]
        if page := failure.request.meta.get("playwright_page"):
            await _close(page, index)
        for request in self._next(index):
            yield request

    @property
    def _hashtags(self) -> list[str]:
        return hashtags_of(self.arguments)

    def _next(self, index: int) -> Iterator[Request]:
        # Whoever is refused once does not knock on the other doors.
        if not isinstance(self.findings.error, BlockedError | LoginWallError):
            yield from self._tag(index + 1)

    def _tag(self, index: int) -> Iterator[Request]:
        if index >= len(self._hashtags):
            return
        listener = Listener()
        meta = {
            "listener": listener,
            # Answers from a cache would come without a page.
            "dont_cache": True,
            "playwright": True,
            "playwright_include_page": True,
            "playwright_context": f"tags-{index // PAGES_A_CONTEXT}",
            "playwright_context_kwargs": browser_context(self.site_settings),
            "playwright_page_event_handlers": {"response": listener.note},
            "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
        }
        yield Request(
            f"{self.site_settings.tiktok_url}/tag/{quote(self._hashtags[index])}",
            callback=self.parse_tag,
            errback=self.note_tag_failure,
            cb_kwargs={"index": index},
            meta=meta,
        )


async def _close(page: Page, index: int) -> None:
    context = page.context
    await page.close()
    if (index + 1) % PAGES_A_CONTEXT == 0:
        await context.close()
