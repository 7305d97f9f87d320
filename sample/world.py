"""The whole made-up market, drawn once from a seed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, partial

import numpy as np

from sample.buyers import Goods, Orders, make_orders, make_resale
from sample.catalogue import BRANDS, LUXURY, hashtag_of, make_products
from sample.hashtags import CROWDED, other_hashtags
from sample.market import SampleListing, SampleProduct, SampleVideo
from sample.offers import KINDS, other_title, same_title
from sample.trends import Trends, make_trends
from sample.videos import make_video

CONDITIONS = ("New with tags", "Pre-Owned", "Open box")
OTHER_OFFER_SHARE = 0.08


@dataclass(frozen=True)
class Market:
    """A made-up market, the same for the same seed, sizes and end.

    Parameters
    ----------
    order_count : int
        Orders in the retailer's export.
    day_count : int
        Days of history.
    end_on : date
        The first day that is not in the history: the market's today.
    """

    seed: int = 7
    order_count: int = 50_000
    day_count: int = 480
    end_on: date = date(2026, 11, 1)
    products: list[SampleProduct] = field(init=False)
    links: dict[str, tuple[str, ...]] = field(init=False)
    hashtags: list[str] = field(init=False)
    trends: Trends = field(init=False)
    goods: Goods = field(init=False)
    orders: Orders = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        products = make_products(rng, max(40, min(self.order_count // 150, 5_000)))
        hashtags = sorted({h for p in products if (h := hashtag_of(p))})
        trends = make_trends(rng, len(hashtags), self.day_count)
        goods = _goods(rng, products, hashtags, trends)
        orders = make_orders(rng, goods, trends, self.order_count)
        more = other_hashtags(np.random.default_rng((self.seed, 6)), products)
        for name, value in {
            "products": products,
            "links": _links(products) | more,
            "hashtags": [*hashtags, *more],
            "trends": _join(trends, self._noise(list(more))),
            "goods": goods,
            "orders": orders,
        }.items():
            object.__setattr__(self, name, value)

    @property
    def start_on(self) -> date:
        """First day of the history."""
        return self.end_on - timedelta(days=self.day_count)

    def moment(self, day: int, second: int = 0) -> datetime:
        """Return a moment of the history, aware."""
        start = datetime.combine(self.start_on, time(), UTC)
        return start + timedelta(days=day, seconds=second)

    def view_counts(self, hashtag: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
        """Return total views of hashtags (by index) so many days into the history."""
        totals = self._totals
        whole = np.minimum(elapsed.astype(int), self.day_count - 1)
        rate = totals[hashtag, whole + 1] - totals[hashtag, whole]
        counts: np.ndarray = totals[hashtag, whole] + (elapsed - whole) * rate
        return counts.astype(np.int64)

    def video_counts(self, view_counts: np.ndarray) -> np.ndarray:
        """Return total videos where there are so many views."""
        counts: np.ndarray = view_counts // 9_000 + 3
        return counts

    def view_count(self, hashtag: str, at: datetime) -> int:
        """Return the hashtag's total views at a moment; KeyError if it is unknown."""
        elapsed = (at - self.moment(0)).total_seconds() / 86_400
        index = np.array([self._index[hashtag]])
        return int(self.view_counts(index, np.array([elapsed]))[0])

    def video_count(self, hashtag: str, at: datetime) -> int:
        """Return the hashtag's total videos at a moment."""
        return int(self.video_counts(np.array([self.view_count(hashtag, at)]))[0])

    def videos(self, hashtag: str) -> list[SampleVideo]:
        """Return the hashtag's videos, newest first."""
        made = [video for video, _ in self._videos(hashtag)]
        return sorted(made, key=lambda video: video.created_at, reverse=True)

    def bought_videos(self, hashtag: str) -> set[str]:
        """Return which of its videos have bought views or likes: the truth."""
        return {
            video.video_id for video, is_bought in self._videos(hashtag) if is_bought
        }

    def listings(self) -> list[SampleListing]:
        """Return every second-hand offer of the history, oldest first."""
        rng, other = (np.random.default_rng((self.seed, n)) for n in (2, 8))
        shape = self.goods.resale.shape
        product, day = np.nonzero(rng.random(shape) < 0.15)
        made = [
            self._listing(rng, other, number, int(p), int(d))
            for number, (p, d) in enumerate(zip(product, day, strict=True))
        ]
        return sorted(made, key=lambda listing: listing.listed_at)

    def _noise(self, hashtags: list[str]) -> Trends:
        """Return waves of hashtags that sell nothing: the crowded ones are huge."""
        rng = np.random.default_rng((self.seed, 7))
        waves = make_trends(rng, len(hashtags), self.day_count)
        size = np.array([[30.0 if h in CROWDED else 0.02] for h in hashtags])
        return Trends(waves.real * size, waves.bots * size)

    def search(self, site: str, query: str) -> list[SampleListing]:
        """Return a site's offers of the last 20 days that hold every word asked for."""
        words = query.lower().split()
        return [
            offer
            for offer in self._recent
            if offer.site == site
            and all(word in offer.title.lower().split() for word in words)
        ]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {hashtag: index for index, hashtag in enumerate(self.hashtags)}

    @cached_property
    def _totals(self) -> np.ndarray:
        total = self.trends.total
        before = self.trends.real[:, :1] * 60
        return np.hstack([before, total + before])

    @cached_property
    def _recent(self) -> list[SampleListing]:
        since = self.moment(self.day_count - 20)
        return [offer for offer in self.listings() if offer.listed_at >= since]

    def _videos(self, hashtag: str) -> list[tuple[SampleVideo, bool]]:
        index = self._index[hashtag]
        rng = np.random.default_rng((self.seed, 1, index))
        real, bots = self.trends.real[index], self.trends.bots[index]
        days = np.searchsorted(
            (real / real.sum()).cumsum(), rng.random(30), side="right"
        ).tolist()
        return [
            make_video(rng, hashtag, partial(self.moment, day), bots[day] / real[day])
            for day in days
        ]

    def _listing(
        self,
        rng: np.random.Generator,
        other: np.random.Generator,
        number: int,
        product: int,
        day: int,
    ) -> SampleListing:
        item = self.products[product]
        asked = float(item.list_price) * self.goods.resale[product, day]
        price = max(1.0, asked * rng.lognormal(0, 0.15))
        shipping = 0.0 if rng.random() < 0.6 else float(rng.choice((3.99, 5.5, 7.99)))
        sold = rng.random() < 0.4
        at = self.moment(day, int(rng.integers(80_000)))
        site = "ebay" if rng.random() < 0.6 else "poshmark"
        kind, title = _wording(other, item)
        price *= KINDS[kind].price_rate if kind else 1.0
        plain_id = 150_000_000_000 + self.seed * 10_000_000 + number
        return SampleListing(
            listing_id=str(plain_id) if site == "ebay" else f"{plain_id:024x}",
            site=site,
            product_id=item.product_id,
            title=title,
            price=Decimal(f"{max(1.0, price - shipping):.2f}"),
            shipping=Decimal(f"{shipping:.2f}"),
            currency="USD",
            condition=str(rng.choice(CONDITIONS)),
            status="sold" if sold else "active",
            listed_at=at,
            sold_at=at + timedelta(hours=2) if sold else None,
            refused_for=kind,
        )


def _wording(rng: np.random.Generator, item: SampleProduct) -> tuple[str, str]:
    if rng.random() >= OTHER_OFFER_SHARE:
        return "", same_title(rng, item)
    kind = list(KINDS)[rng.integers(len(KINDS))]
    rivals = [brand for brand in BRANDS if brand != item.brand]
    return kind, other_title(rng, item, kind, rivals[rng.integers(len(rivals))])


def _links(products: list[SampleProduct]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for product in products:
        for hashtag in product.hashtags:
            found[hashtag] = (*found.get(hashtag, ()), product.product_id)
    return found


def _join(first: Trends, second: Trends) -> Trends:
    return Trends(
        np.vstack([first.real, second.real]), np.vstack([first.bots, second.bots])
    )


def _goods(
    rng: np.random.Generator,
    products: list[SampleProduct],
    hashtags: list[str],
    trends: Trends,
) -> Goods:
    index = {hashtag: number for number, hashtag in enumerate(hashtags)}
    hashtag = np.array([index.get(hashtag_of(p), -1) for p in products])
    level = np.where((hashtag >= 0)[:, None], trends.level[hashtag], 0.8)
    hype = np.where(hashtag >= 0, rng.uniform(0.2, 0.6, len(products)), 0.1)
    return Goods(
        hashtag=hashtag,
        quality=rng.normal(size=len(products)),
        price=np.array([float(p.list_price) for p in products]),
        luxury=np.array([float(p.brand in LUXURY) for p in products]),
        resale=make_resale(rng, hype, level),
    )
