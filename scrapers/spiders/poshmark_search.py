"""Poshmark's search, over plain HTTP: its page, then the JSON the page goes on with."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.answers import is_forbidden
from scrapers.pages.page import SitePage
from scrapers.pages.poshmark_api import PoshmarkApiPage
from scrapers.pages.poshmark_search import PoshmarkSearchPage
from scrapers.spiders.site_spider import SiteSpider

FILTERS: dict[str, dict[str, str]] = {
    "active": {},
    "sold": {"availability": "sold_out"},
}
STOCKS = {"active": "available", "sold": "sold_out"}
PAGE_ITEMS = 48


class PoshmarkSearchSpider(SiteSpider):
    """Listings for a query: what is on offer, or what was sold."""

    name = "poshmark_search"

    def first_requests(self) -> Iterator[Request]:
        """Yield the first request for listings that are not kept yet."""
        if self.place:
            yield from self._following(self.place)
            return
        query = {"query": self.arguments["query"], "type": "listings", "src": "dir"}
        query |= FILTERS[self.arguments["show"]]
        yield self.get(
            f"{self.site_settings.poshmark_url}/search",
            query,
            callback=self.parse_results,
        )

    async def parse_results(
        self, _: DummyResponse, page: PoshmarkSearchPage
    ) -> AsyncIterator[Request]:
        """Read the result page, and ask for what follows."""
        async for request in self._read(page, 1):
            yield request

    async def parse_posts(
        self, _: DummyResponse, page: PoshmarkApiPage, number: int
    ) -> AsyncIterator[Request]:
        """Read an answer, and ask for what follows."""
        async for request in self._read(page, number):
            yield request

    def note_posts_failure(self, failure: Any) -> None:
        """Note why there are no more listings than the first page's."""
        self.note_failure(failure)
        if is_forbidden(failure.value):
            self.findings.set_aside("only the first page's listings were kept")

    async def _read(self, page: SitePage, number: int) -> AsyncIterator[Request]:
        reading = self.read(page)
        if reading is None:
            return
        place: dict[str, Any] = {"page": number + 1}
        if reading.items and (max_id := reading.facts.get("next_max_id")):
            place["max_id"] = max_id
        await self.keep(reading, place)
        for request in self._following(place):
            yield request

    def _following(self, place: dict[str, Any]) -> Iterator[Request]:
        # Without the id that the next page begins after, there is none.
        if "max_id" not in place or place["page"] > int(self.arguments["pages"]):
            return
        yield self.get(
            f"{self.site_settings.poshmark_url}/vm-rest/posts",
            {"request": json.dumps(self._question(place)), "summarize": "true"},
            callback=self.parse_posts,
            errback=self.note_posts_failure,
            cb_kwargs={"number": place["page"]},
        )

    def _question(self, place: dict[str, Any]) -> dict[str, Any]:
        return {
            "filters": {
                "department": "All",
                "inventory_status": [STOCKS[self.arguments["show"]]],
            },
            "query": self.arguments["query"],
            "experience": "all",
            "sizeSystem": "us",
            "max_id": place["max_id"],
            "count": str(PAGE_ITEMS),
        }
