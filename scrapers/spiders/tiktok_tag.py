"""TikTok's tag pages, in a browser that listens to what the page itself fetches."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from playwright.async_api import Page
from scrapy.http import Request, Response

from scrapers.pages.tiktok_tag import TikTokTagPage
from scrapers.picture import keep_picture
from scrapers.rendered import Listener
from scrapers.scrapy_settings import browser_context
from scrapers.spiders.targets_spider import TargetsSpider

# A context that lives long only grows.
PAGES_A_CONTEXT = 25


class TikTokTagSpider(TargetsSpider):
    """Totals and newest videos of hashtags, one page after the other."""

    name = "tiktok_tag"
    in_browser = True

    async def parse_tag(
        self, response: Response, page: TikTokTagPage, index: int
    ) -> AsyncIterator[Request]:
        """Read the page and what it fetched, close it, and go on to the next."""
        shown = response.meta["playwright_page"]
        if await self.read_target(page, index) is None:
            await keep_picture(shown, self.samples, self.findings)
        await _close(shown, index)
        for request in self.go_on(index):
            yield request

    async def note_and_go_on(self, failure: Any) -> AsyncIterator[Request]:
        """Note why there is no page, close what was opened for it, and go on."""
        self.note_failure(failure)
        index = failure.request.cb_kwargs["index"]
        if page := failure.request.meta.get("playwright_page"):
            await keep_picture(page, self.samples, self.findings)
            await _close(page, index)
        for request in self.go_on(index):
            yield request

    def page_request(self, index: int) -> Request:
        """Return the request for a tag page, with a listener to what it fetches."""
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
        address = f"{self.site_settings.tiktok_url}/tag/{quote(self.targets[index])}"
        return self.page_at(address, index, callback=self.parse_tag, meta=meta)


async def _close(page: Page, index: int) -> None:
    context = page.context
    await page.close()
    if (index + 1) % PAGES_A_CONTEXT == 0:
        await context.close()
