"""TikTok's pages of videos, over plain HTTP: what they say stands in what is served."""

from collections.abc import AsyncIterator

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.pages.tiktok_video import TikTokVideoPage
from scrapers.spiders.targets_spider import TargetsSpider


class TikTokVideoSpider(TargetsSpider):
    """Counters of videos."""

    name = "tiktok_video"

    def page_request(self, index: int) -> Request:
        """Return the request for a video's page."""
        address = f"{self.site_settings.tiktok_url}/@/video/{self.targets[index]}"
        return self.page_at(address, index, callback=self.parse_page)

    async def parse_page(
        self, _: DummyResponse, page: TikTokVideoPage, index: int
    ) -> AsyncIterator[Request]:
        """Read a page, and go on to the next."""
        await self.read_target(page, index)
        for request in self.go_on(index):
            yield request
