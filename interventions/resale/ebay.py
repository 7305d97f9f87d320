"""A resale offer as eBay's Inventory API takes it.

References
----------
https://developer.ebay.com/api-docs/sell/inventory/resources/methods:
``createOrReplaceInventoryItem`` and ``createOffer``, with what ``publishOffer`` needs
(https://developer.ebay.com/api-docs/sell/static/inventory/publishing-offers.html).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interventions.resale.offer import ResaleOffer, Returned

# ConditionEnum: 1500, new without tags, and 5000.
CONDITIONS = {"new_without_tags": "NEW_OTHER", "used_good": "USED_GOOD"}
# The retailer's own: nobody but its eBay account knows them.
ACCOUNTS = (
    "categoryId",
    "merchantLocationKey",
    "listingPolicies.fulfillmentPolicyId",
    "listingPolicies.paymentPolicyId",
    "listingPolicies.returnPolicyId",
)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Quantity(_Part):
    """How many there are."""

    quantity: int = Field(ge=1)
    """Pieces."""


class Availability(_Part):
    """How many can be shipped."""

    shipToLocationAvailability: Quantity  # noqa: N815 - eBay's names
    """All of them."""


class EbayProduct(_Part):
    """What it is."""

    title: str = Field(min_length=1, max_length=80)
    """One line."""

    description: str = Field(min_length=1, max_length=4000)
    """What a buyer has to know."""

    aspects: dict[str, list[str]]
    """Item specifics, by name."""

    brand: str | None = None
    """Brand; eBay wants it together with `mpn`."""

    mpn: str | None = None
    """Part number of the brand."""

    upc: list[str] | None = None
    """Bar code of 12 digits."""

    ean: list[str] | None = None
    """Bar code of 8 or 13 digits."""

    imageUrls: list[str] | None = Field(None, min_length=1, max_length=24)  # noqa: N815
    """Pictures; at least one to publish."""


class InventoryItem(_Part):
    """Body of ``PUT /sell/inventory/v1/inventory_item/{sku}``."""

    product: EbayProduct
    """What it is."""

    condition: Literal["NEW_OTHER", "USED_GOOD"]
    """ConditionEnum."""

    conditionDescription: str = Field(max_length=1000)  # noqa: N815
    """In words."""

    availability: Availability
    """How many."""


class Amount(_Part):
    """Money."""

    currency: Literal["USD"] = "USD"
    """ISO 4217."""

    value: str = Field(pattern=r"^\d+\.\d\d$")
    """Decimal."""


class PricingSummary(_Part):
    """What it costs."""

    price: Amount
    """The fixed price."""


class EbayOffer(_Part):
    """Body of ``POST /sell/inventory/v1/offer``."""

    sku: str = Field(min_length=1, max_length=50)
    """Of the inventory item."""

    marketplaceId: Literal["EBAY_US"] = "EBAY_US"  # noqa: N815
    """MarketplaceEnum."""

    format: Literal["FIXED_PRICE"] = "FIXED_PRICE"
    """FormatTypeEnum."""

    availableQuantity: int = Field(1, ge=1)  # noqa: N815
    """Pieces."""

    listingDescription: str = Field(max_length=500_000)  # noqa: N815
    """What a buyer has to know."""

    pricingSummary: PricingSummary  # noqa: N815
    """What it costs."""


def ebay_draft(thing: Returned, offer: ResaleOffer) -> dict[str, Any]:
    """Return ``inventory_item``, ``offer``, and ``missing``: what has to be filled in
    before it is published.
    """
    days = (thing.returned_at - thing.purchased_at).days
    product = EbayProduct(
        title=offer.title,
        description=offer.description,
        aspects={"Brand": [thing.brand]} if thing.brand else {},
        imageUrls=list(offer.photo_urls) or None,
        **_bar_code(thing.gtin),
    )
    item = InventoryItem.model_validate(
        {
            "product": product,
            "condition": CONDITIONS[offer.condition],
            "conditionDescription": f"Sent back after {days} days; checked by us.",
            "availability": {"shipToLocationAvailability": {"quantity": 1}},
        }
    )
    ask = EbayOffer(
        sku=_sku(thing),
        listingDescription=offer.description,
        pricingSummary=PricingSummary(price=Amount(value=f"{offer.price:.2f}")),
    )
    pictures = () if offer.photo_urls else ("product.imageUrls",)
    return {
        "inventory_item": item.model_dump(exclude_none=True),
        "offer": ask.model_dump(exclude_none=True),
        "missing": [*pictures, *ACCOUNTS],
    }


def _sku(thing: Returned) -> str:
    """Return the seller's number of this one piece, of at most 50 characters."""
    return f"return-{thing.order_id}"[:50]


def _bar_code(gtin: str | None) -> dict[str, Any]:
    if gtin and len(gtin) == 12:
        return {"upc": [gtin]}
    return {"ean": [gtin]} if gtin and len(gtin) in (8, 13) else {}
