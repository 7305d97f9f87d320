"""The one shape of a second-hand listing, whichever site and layout it came from."""

from typing import Any

from scrapers.pages.page import Item

FIELDS = (
    "listing_id",
    "title",
    "price",
    "price_max",
    "currency",
    "shipping",
    "condition",
    "status",
    "listed_at",
    "sold_at",
    "best_offer_accepted",
    "url",
)


def listing_item(**known: Any) -> Item:
    """Return a listing with every field, None where the page does not tell.

    ``sold_at`` is as exact as the site is: eBay's pages tell the day only.
    ``sold_on`` is its date.
    """
    item = {name: known.pop(name, None) for name in FIELDS}
    item["best_offer_accepted"] = bool(item["best_offer_accepted"])
    item["sold_on"] = item["sold_at"][:10] if item["sold_at"] else None
    return item | known
