"""eBay's search: by its Browse API where there are keys, else over plain HTTP."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.access import ClientCredentials, basic_login
from scrapers.pages.ebay_api import EbayApiPage
from scrapers.pages.ebay_search import EbaySearchPage
from scrapers.spiders.api_spider import ApiSpider
from store.settings import Settings

FILTERS: dict[str, dict[str, str]] = {
    "active": {},
    "sold": {"LH_Sold": "1", "LH_Complete": "1"},
    "completed": {"LH_Complete": "1"},
}
# As many as a result page has, so that pages mean the same either way.
PAGE_ITEMS = 60
SCOPE = "https://api.ebay.com/oauth/api_scope"


class EbaySearchSpider(ApiSpider):
    """Listings for a query: what is on offer, what was sold, or both.

    The API knows only what is on offer. Where it refuses, the result pages are read
    instead, and the run says so.
    """

    name = "ebay_search"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = ebay_access(self.site_settings)

    def first_requests(self) -> Iterator[Request]:
        """Yield the first request for listings that are not kept yet."""
        if "page" in self.place or not self._asks_api:
            yield from self._page(self.place.get("page", 1))
        else:
            yield from self._summaries(self.place.get("offset", 0))

    async def parse_summaries(
        self, _: DummyResponse, page: EbayApiPage, offset: int
    ) -> AsyncIterator[Request]:
        """Read an answer of the API, and ask for what follows."""
        following = offset + PAGE_ITEMS
        reading = await self.take(page, {"offset": following})
        requests = self.after_refusal()
        if reading and reading.items and reading.facts.get("next_url"):
            requests = self._summaries(following)
        for request in requests:
            yield request

    async def parse_results(
        self, _: DummyResponse, page: EbaySearchPage, number: int
    ) -> AsyncIterator[Request]:
        """Read a result page, and ask for the next one while there is one."""
        reading = self.read(page)
        if reading is None:
            return
        # The next page is under way while this one is kept.
        if reading.items and reading.facts["next_url"]:
            for request in self._page(number + 1):
                yield request
        await self.keep(reading, {"page": number + 1})

    def after_refusal(self) -> Iterator[Request]:
        """Yield the result page that stands for what the API refused."""
        if self.findings.is_refused:
            self.logger.warning("eBay's API refused: %s", self.findings.error)
            self.findings.set_aside("result pages were read instead of eBay's API")
            yield from self._page(self._offset // PAGE_ITEMS + 1)

    @property
    def _asks_api(self) -> bool:
        return bool(
            self.site_settings.ebay_client_id and self.arguments["show"] == "active"
        )

    def _summaries(self, offset: int) -> Iterator[Request]:
        self._offset = offset
        if offset < int(self.arguments["pages"]) * PAGE_ITEMS:
            yield from self.with_token(partial(self._ask_summaries, offset))

    def _ask_summaries(self, offset: int) -> Iterator[Request]:
        query = {
            "q": self.arguments["query"],
            "limit": str(PAGE_ITEMS),
            "offset": str(offset),
        }
        yield self.ask(
            self.get(
                f"{self.site_settings.ebay_api_url}/buy/browse/v1/item_summary/search",
                query,
                headers={
                    "X-EBAY-C-MARKETPLACE-ID": self.site_settings.ebay_marketplace
                },
                callback=self.parse_summaries,
                errback=self.note_api_failure,
                cb_kwargs={"offset": offset},
            )
        )

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


def ebay_access(settings: Settings) -> ClientCredentials:
    """Return the access to eBay's API that the settings give."""
    secret = settings.ebay_client_secret.get_secret_value()
    return ClientCredentials(
        "eBay",
        f"{settings.ebay_api_url}/identity/v1/oauth2/token",
        {"scope": SCOPE},
        basic_login(settings.ebay_client_id, secret),
    )
