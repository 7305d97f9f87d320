"""Poshmark's search page, ``/search?query=…``."""

import re
from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from scrapers.pages.amounts import read_amount
from scrapers.pages.listing import listing_item
from scrapers.pages.page import HtmlPage, Item, Reading
from scrapers.pages.poshmark_post import post_item
from scrapers.pages.poshmark_state import initial_state
from scrapers.pages.walls import body_text, refuse_wall, visible_text
from store.errors import ChangedError

TILE = ".tile-grid-redesign, .tile-grid, [data-et-name=listing]"
TITLE = ".tile-grid-redesign__title, .tile__title, .tile-grid__title"
PRICE = ".tile-grid-redesign__price-current, [data-test=tile-price], .p--t--1"
LISTING_ADDRESS = re.compile(r"/listing/(?:[^/?#]*-)?([0-9a-f]{24})")
NOTHING = re.compile(
    r"no results|0 results|couldn['\u2019]t find any|no listings found", re.I
)


class PoshmarkSearchPage(HtmlPage):
    """Listings from the page's state; failing that, from its grid."""

    def read_html(self) -> Reading:
        """Return the listings; see `SitePage.read`."""
        state = initial_state(self.selector) or {}
        grid = (state.get("$_search") or {}).get("gridData")
        if isinstance(grid, dict) and isinstance(grid.get("data"), list):
            return self._from_state(grid)
        if items := self._from_tiles():
            return Reading(items, {"next_max_id": None})
        refuse_wall(self.selector)
        if NOTHING.search(body_text(self.selector)):
            return Reading([])
        raise ChangedError("neither the page's state nor its grid is where it was")

    def _from_state(self, grid: dict[str, Any]) -> Reading:
        # Advertisements and prompts stand between the listings and have no price.
        posts = [p for p in grid["data"] if p.get("price_amount") or p.get("price")]
        if grid["data"] and not posts:
            raise ChangedError("no entry of the page's state has a price")
        facts = {"next_max_id": (grid.get("more") or {}).get("next_max_id")}
        return Reading([post_item(post) for post in posts], facts)

    def _from_tiles(self) -> list[Item]:
        tiles = [tile for tile in self.css(TILE) if _address(tile)]
        url = str(self.response.url)
        items = {
            item["listing_id"]: item for tile in tiles if (item := _tile(tile, url))
        }
        if tiles and not items:
            raise ChangedError("no tile has a title and a price where they were")
        return list(items.values())


def _address(tile: Selector) -> str | None:
    addresses = tile.css("a::attr(href)").getall()
    return next((a for a in addresses if LISTING_ADDRESS.search(a)), None)


def _tile(tile: Selector, url: str) -> Item | None:
    address = _address(tile) or ""
    found = LISTING_ADDRESS.search(address)
    title = visible_text(tile.css(TITLE)[:1])
    price = visible_text(
        tile.css(
            ".tile-grid-redesign__price-current, [data-test=tile-price], .p--t--1"
        )[:1]
    )
    amount = read_amount(price, url)
    # Advertisements are tiles without a title.
    if not found or not title or not amount:
        return None
    condition = visible_text(tile.css("[class*=condition-wrap]")[:1])
    sold = tile.css("[class*=sold]")
    return listing_item(
        listing_id=found.group(1),
        title=title,
        price=amount.value,
        currency=amount.currency,
        condition=condition or None,
        status="sold" if sold else "active",
        url=urljoin(url, address),
        original_price=None,
    )
