"""A shop's product page, by the schema.org data it carries; no layout of any shop."""

from functools import cached_property

from scrapers.pages.page import HtmlPage, Item, Reading
from scrapers.pages.product_offer import Offer, offer_of, open_graph_offer
from scrapers.pages.product_review import review_items
from scrapers.pages.schema_org import (
    Thing,
    of_types,
    open_graph_of,
    parts,
    text_of,
    things_of,
)
from scrapers.pages.walls import body_text, refuse_wall, visible_text
from store.errors import ChangedError, NotFoundError
from store.keys import canonical_gtin, canonical_url

PRODUCTS = {"Product", "ProductGroup", "ProductModel", "IndividualProduct", "Book"}
GTINS = ("gtin", "gtin13", "gtin12", "gtin14", "gtin8", "isbn")
WALL_CHARACTERS = 2000
NOT_FOUND = ("404", "not found", "no longer available")


class ProductPage(HtmlPage):
    """One product with its asking price, and what buyers wrote; no names of people."""

    def read_html(self) -> Reading:
        """Return the product and its reviews; see `SitePage.read`."""
        title = self.title
        if title is None:
            # A shop's page may hold a log-in form and a captcha for its reviews; a wall
            # says little else.
            if len(body_text(self.selector)) < WALL_CHARACTERS:
                refuse_wall(self.selector)
            if any(w in visible_text(self.css("title")).lower() for w in NOT_FOUND):
                raise NotFoundError("the shop says that there is no such page")
            raise ChangedError("the page's structured data has no product")
        reviews = review_items(self._product)
        return Reading([self._item(title), *reviews])

    @property
    def title(self) -> str | None:
        """The product's name."""
        if self._product:
            return text_of(self._product, "name") or self._graph.get("og:title")
        is_product = "product" in self._graph.get("og:type", "").lower()
        return self._graph.get("og:title") if is_product or self._sold else None

    def _item(self, title: str) -> Item:
        thing, offer = self._product, self._offer
        rating = next(iter(parts(thing, "aggregateRating")), {})
        return {
            "product_title": title,
            "brand": text_of(thing, "brand", "manufacturer")
            or self._graph.get("product:brand"),
            "gtin": self._gtin,
            "sku": text_of(thing, "sku", "productID", "mpn"),
            "price": offer.price,
            "currency": offer.currency,
            "availability": offer.availability,
            "rating_value": text_of(rating, "ratingValue"),
            "review_count": text_of(rating, "reviewCount", "ratingCount"),
        }

    @property
    def _gtin(self) -> str | None:
        things = [self._product, *parts(self._product, "offers")]
        codes = [text_of(thing, name) for thing in things for name in GTINS]
        return next((code for code in codes if code and canonical_gtin(code)), None)

    @property
    def _offer(self) -> Offer:
        return offer_of(self._product, self._graph, self._address)

    @cached_property
    def _sold(self) -> bool:
        return open_graph_offer(self._graph, self._address) is not None

    @cached_property
    def _graph(self) -> dict[str, str]:
        return open_graph_of(self.response.text, self._address)

    @property
    def _address(self) -> str:
        return str(self.response.url)

    @cached_property
    def _product(self) -> Thing:
        found = of_types(things_of(self.response.text, self._address), PRODUCTS)
        named = [thing for thing in found if text_of(thing, "name")]
        return self._the_one(named) or next(iter(found), {})

    def _the_one(self, products: list[Thing]) -> Thing | None:
        # Beside the one the page is about stand others that go with it.
        here = canonical_url(self._canonical)
        heading = visible_text(self.css("h1")[:1]).casefold()
        at_address = [p for p in products if _address_of(p) == here]
        headed = [p for p in products if _name_of(p) == heading]
        return next(iter([*at_address, *headed, *products]), None)

    @property
    def _canonical(self) -> str:
        found = self.css("link[rel=canonical]::attr(href)").get()
        return found or self._graph.get("og:url") or self._address


def _name_of(product: Thing) -> str:
    return (text_of(product, "name") or "").casefold()


def _address_of(product: Thing) -> str:
    return canonical_url(text_of(product, "url", "@id") or "") or "none"
