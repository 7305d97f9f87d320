"""Poshmark's pages of single listings, over plain HTTP."""

from collections.abc import AsyncIterator

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.pages.poshmark_listing import PoshmarkListingPage
from scrapers.spiders.targets_spider import TargetsSpider


class PoshmarkListingSpider(TargetsSpider):
    """What single listings cost now."""

    name = "poshmark_listing"

    def page_request(self, index: int) -> Request:
        """Return the request for a listing's page."""
        address = f"{self.site_settings.poshmark_url}/listing/{self.targets[index]}"
        return self.page_at(address, index, callback=self.parse_page)

    async def parse_page(
        self, _: DummyResponse, page: PoshmarkListingPage, index: int
    ) -> AsyncIterator[Request]:
        """Read a page, and go on to the next."""
        await self.read_target(page, index)
        for request in self.go_on(index):
            yield request
