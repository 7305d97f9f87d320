"""Poshmark's own object of one listing, which its pages and its API share."""

from typing import Any

from scrapers.pages.listing import listing_item
from scrapers.pages.page import Item
from store.errors import ChangedError

NOT_FOR_SALE = {"not_for_sale", "reserved", "unavailable", "removed", "deleted"}
SITES = {"us": "com", "ca": "ca", "au": "com.au", "in": "in"}


def post_item(data: dict[str, Any]) -> Item:
    """Return one listing; its seller is left out.

    Raises
    ------
    ChangedError
        If it has no id, title or price.
    """
    amount = data.get("price_amount") or {}
    price = amount.get("val") or data.get("price")
    if not data.get("id") or not data.get("title") or price is None:
        raise ChangedError("a listing has no id, title or price where they were")
    status = _status(data)
    inventory = data.get("inventory") or {}
    sold_at = inventory.get("status_changed_at") if status == "sold" else None
    return listing_item(
        listing_id=str(data["id"]),
        title=data["title"],
        price=str(price),
        currency=amount.get("currency_code") or ("USD" if not amount else None),
        condition=data.get("condition"),
        status=status,
        listed_at=data.get("first_published_at") or data.get("created_at"),
        sold_at=sold_at,
        url=_address(data),
        original_price=_original_price(data),
    )


def _status(data: dict[str, Any]) -> str:
    stock = (data.get("inventory") or {}).get("status", "available")
    if stock == "available":
        return "active" if data.get("status", "published") == "published" else "ended"
    return "ended" if stock in NOT_FOR_SALE else "sold"


def _original_price(data: dict[str, Any]) -> str | None:
    # "0.0" is how a seller leaves it out.
    value = (data.get("original_price_amount") or {}).get("val")
    return value if value and float(value) > 0 else None


def _address(data: dict[str, Any]) -> str:
    site = SITES.get(data.get("origin_domain") or "us", "com")
    return f"https://poshmark.{site}/listing/{data['id']}"
