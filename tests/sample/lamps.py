"""A market of a few lamps, small enough to know by heart."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sample.market import SampleListing, SampleProduct, SampleVideo

DAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
LAMP = SampleListing(
    listing_id="300000000001",
    site="ebay",
    product_id="p1",
    title="Oak desk lamp",
    price=Decimal("1029.99"),
    shipping=Decimal("3.99"),
    currency="USD",
    condition="Pre-Owned",
    status="active",
    listed_at=DAY,
    sold_at=None,
)
OFFERS = (
    LAMP,
    replace(LAMP, listing_id="300000000002", shipping=Decimal(0), price=Decimal(20)),
    replace(LAMP, listing_id="300000000003", shipping=None),
    replace(
        LAMP, listing_id="300000000004", status="sold", sold_at=DAY + timedelta(days=2)
    ),
    replace(LAMP, listing_id="300000000005", status="ended"),
    *(replace(LAMP, listing_id=f"30000000010{n}", title="Oak desk") for n in range(9)),
    replace(LAMP, listing_id="300000000201", site="poshmark"),
    replace(
        LAMP,
        listing_id="300000000202",
        site="poshmark",
        status="sold",
        sold_at=DAY + timedelta(days=3),
    ),
)
VIDEO = SampleVideo(
    video_id="7400000000000000001",
    hashtag="oaklamp",
    created_at=DAY,
    views=12_345,
    likes=678,
    comments=9,
    shares=10,
)


@dataclass
class Lamps:
    """A MarketView."""

    products: list[SampleProduct] = field(default_factory=list)
    hashtags: list[str] = field(default_factory=lambda: ["oaklamp"])

    def view_count(self, hashtag: str, at: datetime) -> int:
        return 9_000_000_123

    def video_count(self, hashtag: str, at: datetime) -> int:
        return 20_249_000

    def videos(self, hashtag: str) -> list[SampleVideo]:
        return [VIDEO, replace(VIDEO, video_id="7400000000000000002", views=1)]

    def search(self, site: str, query: str) -> list[SampleListing]:
        words = query.lower().split()
        return [
            offer
            for offer in OFFERS
            if offer.site == site
            and all(word in offer.title.lower().split() for word in words)
        ]
