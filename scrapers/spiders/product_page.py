"""Product pages of shops that let themselves be read, over plain HTTP."""

from collections.abc import Iterator

from scrapy.http import Request
from scrapy_poet.api import DummyResponse

from scrapers.pages.product_page import ProductPage
from scrapers.spiders.site_spider import SiteSpider


class ProductPageSpider(SiteSpider):
    """A watched product's reviews, from the page's own structured data."""

    name = "product_page"
    goes_anywhere = True

    def first_requests(self) -> Iterator[Request]:
        """Yield the request for the page, unless it is kept already."""
        if not self.place:
            yield self.get(self.arguments["url"], {}, callback=self.parse_product)

    async def parse_product(self, _: DummyResponse, page: ProductPage) -> None:
        """Read the page."""
        await self.take(page, {"is_done": True})
