"""A made-up market: products, trends, resale and buyers, all from one seed.

What its sites show and what its retailer exports are the same world, so a crawl
continues the history that was imported.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True)
class SampleProduct:
    """A product of the sample shop."""

    product_id: str
    slug: str
    title: str
    brand: str
    category: str
    list_price: Decimal
    currency: str
    gtin: str
    hashtags: tuple[str, ...]


@dataclass(frozen=True)
class SampleVideo:
    """A video as it stands on the market's last day."""

    video_id: str
    hashtag: str
    created_at: datetime
    views: int
    likes: int
    comments: int
    shares: int


@dataclass(frozen=True)
class SampleListing:
    """A second-hand offer as it stands on the market's last day."""

    listing_id: str
    site: str  # ebay or poshmark
    product_id: str
    title: str
    price: Decimal
    shipping: Decimal | None
    currency: str
    condition: str
    status: str  # active, sold or ended
    listed_at: datetime
    sold_at: datetime | None
    refused_for: str = ""  # why it is not one of the product; "" where it is


class MarketView(Protocol):
    """What the sample sites may ask of the market."""

    @property
    def products(self) -> list[SampleProduct]:
        """All products of the shop."""
        ...

    @property
    def hashtags(self) -> list[str]:
        """All hashtags, without ``#``."""
        ...

    def view_count(self, hashtag: str, at: datetime) -> int:
        """Return the hashtag's total views at a moment."""
        ...

    def video_count(self, hashtag: str, at: datetime) -> int:
        """Return the hashtag's total videos at a moment."""
        ...

    def videos(self, hashtag: str) -> list[SampleVideo]:
        """Return its videos, newest first."""
        ...

    def search(self, site: str, query: str) -> list[SampleListing]:
        """Return the listings of a site whose titles hold every word of the query."""
        ...
