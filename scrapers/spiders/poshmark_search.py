"""Poshmark's search, over plain HTTP."""

from collections.abc import Iterator

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.pages.poshmark_search import PoshmarkSearchPage
from scrapers.spiders.site_spider import SiteSpider

FILTERS: dict[str, dict[str, str]] = {
    "active": {},
    "sold": {"availability": "sold_out"},
}


class PoshmarkSearchSpider(SiteSpider):
    """Listings for a query: what is on offer, or what was sold."""

    name = "poshmark_search"

    def first_requests(self) -> Iterator[Request]:
        """Yield the result page, unless it is kept already."""
        if self.place:
            return
        query = {"query": self.arguments["query"], "type": "listings", "src": "dir"}
        query |= FILTERS[self.arguments["show"]]
        yield self.get(
            f"{self.site_settings.poshmark_url}/search",
            query,
            callback=self.parse_results,
        )

    async def parse_results(self, _: DummyResponse, page: PoshmarkSearchPage) -> None:
        """Read the result page."""
        await self.take(page, {"is_done": True})
