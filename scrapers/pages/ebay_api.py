"""Answers of eBay's Browse API: a search, one item, or an error."""

from typing import Any

from scrapers.pages.listing import listing_item
from scrapers.pages.page import Item, JsonPage, Reading
from store.errors import BlockedError, ChangedError, FailedError, NotFoundError

NOT_FOUND = {11001, 11006}
REFUSED_DOMAINS = {"OAUTH", "ACCESS"}
REFUSED = {1001, 1002, 1003, 1100, 2001}


class EbayApiPage(JsonPage):
    """Active listings as the API gives them."""

    def read_json(self, data: dict[str, Any]) -> Reading:
        """Return the listings; see `SitePage.read`."""
        refuse_api_error(data)
        if data.get("itemId"):
            return Reading([_listing(data)])
        # With no hit the key itemSummaries is absent.
        if "total" not in data:
            raise ChangedError("neither a search nor an item of the Browse API")
        summaries = data.get("itemSummaries") or []
        if data["total"] and not summaries and not data.get("offset"):
            raise ChangedError(f"total is {data['total']}, but there are no items")
        facts = {"result_count": data["total"], "next_url": data.get("next")}
        return Reading([_listing(summary) for summary in summaries], facts)


def refuse_api_error(data: dict[str, Any]) -> None:
    """Raise if the answer is an error of the API or of its token service.

    Raises
    ------
    CrawlError
        With eBay's own words.
    """
    if "error" in data:
        words = f"{data['error']}: {data.get('error_description', '')}"
        if data["error"] in ("invalid_client", "unauthorized_client", "access_denied"):
            raise BlockedError(f"eBay refused the API keys: {words}")
        raise FailedError(f"eBay gave no token: {words}")
    errors = data.get("errors") or []
    if not errors:
        return
    first = errors[0]
    words = f"eBay's API answered error {first.get('errorId')}: {first.get('message')}"
    if first.get("errorId") in NOT_FOUND:
        raise NotFoundError(words)
    if first.get("domain") in REFUSED_DOMAINS or first.get("errorId") in REFUSED:
        raise BlockedError(words)
    raise FailedError(words)


def _listing(data: dict[str, Any]) -> Item:
    price = data.get("price") or data.get("currentBidPrice") or {}
    if not (data.get("title") and price.get("value") and price.get("currency")):
        raise ChangedError(f"item {data.get('itemId')} has no title or no price")
    return listing_item(
        listing_id=data["itemId"],
        title=data["title"],
        price=price["value"],
        currency=price["currency"],
        shipping=_shipping(data, price["currency"]),
        condition=data.get("condition"),
        status="active",
        listed_at=data.get("itemCreationDate") or data.get("itemOriginDate"),
        url=data.get("itemWebUrl"),
    )


def _shipping(data: dict[str, Any], currency: str) -> str | None:
    for option in data.get("shippingOptions") or []:
        cost = option.get("shippingCost") or {}
        if cost.get("currency") == currency:
            return str(cost["value"])
    return None
