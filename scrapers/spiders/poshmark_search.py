"""Poshmark's search, over plain HTTP."""

from collections.abc import Iterator
from typing import ClassVar

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
    ARGUMENTS: ClassVar[dict[str, str | None]] = {
        "query": None,
        "show": "active",
        "product_id": "",
    }
    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {"show": tuple(FILTERS)}

    def first_requests(self) -> Iterator[Request]:
        """Yield the result page."""
        query = {"query": self.arguments["query"], "type": "listings", "src": "dir"}
        query |= FILTERS[self.arguments["show"]]
        yield self.get(
            f"{self.site_settings.poshmark_url}/search",
            query,
            callback=self.parse_results,
        )

    def parse_results(self, _: DummyResponse, page: PoshmarkSearchPage) -> None:
        """Read the result page."""
        self.read(page)
