"""eBay's search, over plain HTTP."""

from collections.abc import Iterator
from typing import ClassVar

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
    ARGUMENTS: ClassVar[dict[str, str | None]] = {
        "query": None,
        "show": "active",
        "pages": "1",
        "product_id": "",
    }
    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {
        "show": tuple(FILTERS),
        "pages": tuple(str(n) for n in range(1, 11)),
    }

    def first_requests(self) -> Iterator[Request]:
        """Yield the first result page."""
        yield self._page(1)

    def parse_results(
        self, _: DummyResponse, page: EbaySearchPage, number: int
    ) -> Iterator[Request]:
        """Read a result page, and ask for the next one while there is one."""
        reading = self.read(page)
        if reading is None or not reading.items:
            return
        if number < int(self.arguments["pages"]) and reading.facts["next_url"]:
            yield self._page(number + 1)

    def _page(self, number: int) -> Request:
        query = {"_nkw": self.arguments["query"], "_sacat": "0"}
        query |= FILTERS[self.arguments["show"]] | {"_pgn": str(number)}
        return self.get(
            f"{self.site_settings.ebay_url}/sch/i.html",
            query,
            callback=self.parse_results,
            cb_kwargs={"number": number},
        )
