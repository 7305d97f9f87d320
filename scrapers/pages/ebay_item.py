"""eBay's page of one item, ``/itm/<id>``, in the layouts of 2021 and of 2025."""

import json
import re
from functools import cached_property
from typing import Any

from web_poet import field
from web_poet.fields import item_from_fields_sync

from scrapers.pages.amounts import Amount, read_amount
from scrapers.pages.dates import read_date
from scrapers.pages.ebay_card import FREE, ITEM_ADDRESS, RANGE
from scrapers.pages.listing import listing_item
from scrapers.pages.page import HtmlPage, Reading
from scrapers.pages.walls import body_text, refuse_wall, visible_text
from store.errors import ChangedError, NotFoundError

PRICE = ".x-price-primary, #prcIsum, #mm-saleDscPrc, #prcIsum_bidPrice"
STATUS = ".d-statusmessage, .x-end-msg, .vi-msg, #msgPanel, .statusLeftContent"
MISSING = re.compile(
    r"we looked everywhere|page is missing|error page|listing (?:was|has been) removed"
    r"|item (?:is )?(?:not found|no longer available\W*$)",
    re.I,
)


class EbayItemPage(HtmlPage):
    """One listing, with the seller's own price (never the converted one)."""

    def read_html(self) -> Reading:
        """Return the listing; see `SitePage.read`."""
        if not self.title or not self._amounts:
            refuse_wall(self.selector)
            if MISSING.search(visible_text(self.css("title"))) or MISSING.search(
                body_text(self.selector)[:2000]
            ):
                raise NotFoundError("eBay says that there is no such listing")
            raise ChangedError("the page has no title or no price where they were")
        item = listing_item(url=self.address, **item_from_fields_sync(self))
        if not item["listing_id"]:
            raise ChangedError("the page does not tell its listing's number")
        return Reading([item])

    @field
    def listing_id(self) -> str | None:
        """EBay's number of the listing."""
        found = ITEM_ADDRESS.search(self.address)
        return found.group(1) if found else None

    @property
    def address(self) -> str:
        """Canonical address."""
        queries = (
            "link[rel=canonical]::attr(href)",
            'meta[property="og:url"]::attr(content)',
        )
        addresses = [self.css(query).get("") for query in queries]
        addresses.append(str(self.response.url))
        return next((a for a in addresses if ITEM_ADDRESS.search(a)), "")

    @field
    def title(self) -> str | None:
        """As the seller wrote it."""
        for heading in self.css("h1.x-item-title__mainTitle, h1#itemTitle, h1"):
            if text := visible_text(heading.css("span.ux-textspans")[:1]):
                return text
            text = " ".join(heading.xpath("./text()").getall()).strip()
            if text or (text := visible_text(heading)):
                return " ".join(text.split())
        return None

    @field
    def price(self) -> str | None:
        """Price, or the lower end of a range."""
        return self._amounts[0].value if self._amounts else None

    @field
    def price_max(self) -> str | None:
        """Upper end of a range."""
        return self._amounts[1].value if len(self._amounts) > 1 else None

    @field
    def currency(self) -> str | None:
        """ISO 4217 code of the seller's price."""
        return self._amounts[0].currency if self._amounts else None

    @field
    def shipping(self) -> str | None:
        """Delivery cost in the currency of the price; ``0`` is free."""
        text = self.first_text(
            ".ux-labels-values--shipping .ux-labels-values__values",
            ".ux-labels-values--shipping",
            "#fshippingCost",
        )
        if not text:
            return None
        first = text.split("(")[0]
        amount = read_amount(first, self.address)
        if amount and amount.currency == self.currency:
            return amount.value
        priced = amount is not None and amount.currency is not None
        return "0" if FREE.search(first) and not priced else None

    @field
    def condition(self) -> str | None:
        """In the site's words."""
        text = self.first_text(
            ".x-item-condition-text span.ux-textspans",
            ".x-item-condition-value span.ux-textspans",
            "#vi-itm-cond",
            "[itemprop=itemCondition]",
        )
        return text.split(":")[0] if text else None

    @field
    def status(self) -> str:
        """``active``, ``sold``, or ``ended`` (not sold)."""
        text = self._ending
        if re.search(r"\bsold\b", text, re.I) and not re.search(r"not sold", text):
            return "sold"
        ended = re.search(r"\bended\b|no longer available|out of stock", text, re.I)
        return "ended" if ended else "active"

    @field
    def sold_at(self) -> str | None:
        """ISO date of the sale."""
        return read_date(self._ending) if self.status == "sold" else None

    @cached_property
    def _ending(self) -> str:
        return " ".join(self.texts(STATUS))

    @cached_property
    def _amounts(self) -> list[Amount]:
        text = self.first_text(PRICE)
        if text:
            parts = RANGE.split(text)[:2]
            found = [read_amount(part, self.address) for part in parts]
            amounts = [amount for amount in found if amount]
            if amounts and amounts[0].currency:
                return amounts
        return self._microdata() or self._linked_data()

    def _microdata(self) -> list[Amount]:
        value = self.css("[itemprop=price]::attr(content)").get()
        code = self.css("[itemprop=priceCurrency]::attr(content)").get()
        amount = read_amount(f"{code} {value}") if value and code else None
        return [amount] if amount else []

    def _linked_data(self) -> list[Amount]:
        for text in self.css('script[type="application/ld+json"]::text').getall():
            try:
                data: Any = json.loads(text)
            except ValueError:
                continue
            offers = data.get("offers") if isinstance(data, dict) else None
            if isinstance(offers, dict) and offers.get("price"):
                code = offers.get("priceCurrency")
                return [Amount(str(offers["price"]), code)]
        return []
