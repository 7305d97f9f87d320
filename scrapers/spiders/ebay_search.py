"""eBay's search, over plain HTTP."""

from collections.abc import AsyncIterator, Iterator

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.pages.ebay_search import EbaySearchPage
from scrapers.spiders.site_spider import SiteSpider

FILTERS: dict[str, dict[str, str]] = {
    "active": {},
    "sold": {"LH_Sold": "1", "LH_Complete": "1"},
    "completed": {"LH_Complete": "1"},
}


class EbaySearchSpider(SiteSpider):
    """Listings for a query: what is on offer, what was sold, or both."""

    name = "ebay_search"

    def first_requests(self) -> Iterator[Request]:
        """Yield the first result page that is not kept yet."""
        yield from self._page(self.place.get("page", 1))

    async def parse_results(
        self, _: DummyResponse, page: EbaySearchPage, number: int
    ) -> AsyncIterator[Request]:
        """Read a result page, and ask for the next one while there is one."""
        reading = await self.take(page, {"page": number + 1})
        if reading and reading.items and reading.facts["next_url"]:
            for request in self._page(number + 1):
                yield request

    def _page(self, number: int) -> Iterator[Request]:
        if number > int(self.arguments["pages"]):
            return
        query = {"_nkw": self.arguments["query"], "_sacat": "0"}
        query |= FILTERS[self.arguments["show"]] | {"_pgn": str(number)}
        yield self.get(
            f"{self.site_settings.ebay_url}/sch/i.html",
            query,
            callback=self.parse_results,
            cb_kwargs={"number": number},
        )
