"""A resale offer as Poshmark's form takes it; Poshmark has no public interface."""

from decimal import ROUND_HALF_UP
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interventions.resale.offer import ResaleOffer, Returned

LEAST_PRICE = 3


class PoshmarkListing(BaseModel):
    """The fields of Poshmark's form."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    title: str = Field(min_length=1, max_length=80)
    """One line."""

    description: str = Field(min_length=1, max_length=1500)
    """What a buyer has to know."""

    brand: str = ""
    """Brand, empty where nobody knows."""

    original_price: int = Field(ge=0)
    """When new, whole US dollars; 0: unknown."""

    listing_price: int = Field(ge=LEAST_PRICE)
    """What is asked, whole US dollars."""

    sku: str = ""
    """The seller's number of this one piece."""


def poshmark_draft(thing: Returned, offer: ResaleOffer) -> dict[str, Any] | None:
    """Return ``fields``, ``photo_urls``, and ``missing``: what a person has to choose;
    None where it is worth less than Poshmark takes.
    """
    price = int(offer.price.to_integral_value(ROUND_HALF_UP))
    if price < LEAST_PRICE:
        return None
    fields = PoshmarkListing(
        title=offer.title,
        description=offer.description,
        brand=thing.brand or "",
        original_price=round(thing.list_price_usd or 0),
        listing_price=price,
        sku=f"return-{thing.order_id}"[:50],
    )
    return {
        "fields": fields.model_dump(),
        "photo_urls": list(offer.photo_urls),
        "missing": ["photos", "category", "size"],
    }
