"""TikTok's tag page, in a browser that listens to what the page itself fetches."""

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote

from scrapy.http import Request, Response

from scrapers.pages.tiktok_tag import TikTokTagPage
from scrapers.rendered import Listener
from scrapers.spiders.site_spider import SiteSpider


class TikTokTagSpider(SiteSpider):
    """A hashtag's totals and newest videos."""

    name = "tiktok_tag"
    ARGUMENTS: ClassVar[dict[str, str | None]] = {"hashtag": None}

    @classmethod
    def check_arguments(cls, given: dict[str, str]) -> dict[str, str]:
        """Return the arguments; a hashtag may come with its ``#``."""
        arguments = super().check_arguments(given)
        return {"hashtag": arguments["hashtag"].removeprefix("#").lower()}

    def first_requests(self) -> Iterator[Request]:
        """Yield the tag page."""
        name = quote(self.arguments["hashtag"])
        listener = Listener()
        meta = {
            "listener": listener,
            "playwright": True,
            "playwright_include_page": True,
            "playwright_page_event_handlers": {"response": listener.note},
            "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
        }
        yield self.get(
            f"{self.site_settings.tiktok_url}/tag/{name}",
            {},
            callback=self.parse_tag,
            meta=meta,
        )

    async def parse_tag(self, response: Response, page: TikTokTagPage) -> None:
        """Read the page and what it fetched, and close it."""
        self.read(page)
        await response.meta["playwright_page"].close()

    async def note_failure(self, failure: Any) -> None:  # type: ignore[override]
        """Note why there is no page, and close what was opened for it."""
        super().note_failure(failure)
        if page := failure.request.meta.get("playwright_page"):
            await page.close()
