"""The made-up retailer's export, in the import format."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from sample.buyers import CHANNELS, Ints
from sample.voices import REVIEWED_AFTER_DAYS, ratings, reviewed, texts
from sample.world import Market

ZIP_COUNT = 500


def write_export(
    market: Market, folder: Path, shop_url: str = "http://127.0.0.1:8080"
) -> None:
    """Write every file of the import format.

    Parameters
    ----------
    shop_url : str
        Where the shop's product pages are served.

    Raises
    ------
    OSError
        If the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in {
        "orders": _orders(market),
        "returns": _returns(market),
        "products": _products(market, shop_url),
        "hashtag_metrics": _hashtag_metrics(market),
        "videos": _videos(market),
        "resale_listings": _listings(market),
        "reviews": _reviews(market),
        "zip_income": _zip_income(),
        "population": _population(),
    }.items():
        pa_csv.write_csv(table, folder / f"{name}.csv")


def reviews_of(market: Market) -> tuple[Ints, Ints, np.random.Generator]:
    """Return which orders are reviewed, by number, with how many stars, and what goes
    on drawing their texts.
    """
    rng = np.random.default_rng((market.seed, 5))
    orders = market.orders
    number = reviewed(rng, orders.day, market.day_count)
    return number, ratings(rng, market.goods.quality[orders.product[number]]), rng


def _orders(market: Market) -> pa.Table:
    orders = market.orders
    number = np.arange(len(orders.day))
    zips = np.minimum((orders.income_rank * ZIP_COUNT).astype(int), ZIP_COUNT - 1)
    return pa.table(
        {
            "order_id": _ids("O", number, 7),
            "customer_id": _ids("C", orders.customer, 6),
            "product_id": _ids("P", orders.product, 5),
            "purchased_at": _times(market, orders.day, orders.second),
            "unit_price": np.round(orders.price, 2),
            "currency": pa.repeat("USD", len(number)),
            "quantity": pa.repeat(1, len(number)),
            "customer_age": orders.age,
            "zip": _ids("", zips, 5),
            "channel": np.array(CHANNELS)[orders.channel],
        }
    )


def _returns(market: Market) -> pa.Table:
    orders = market.orders
    seconds = orders.second + np.nan_to_num(orders.return_day) * 86_400
    came_back = ~np.isnan(orders.return_day)
    known = orders.day + seconds / 86_400 < market.day_count
    number = np.flatnonzero(came_back & known)
    return pa.table(
        {
            "order_id": _ids("O", number, 7),
            "returned_at": _times(market, orders.day[number], seconds[number]),
            "reason": pa.array(orders.reason[number].tolist()),
        }
    )


def _products(market: Market, shop_url: str) -> pa.Table:
    rng = np.random.default_rng((market.seed, 3))
    # The retailer tags two in three; the rest are to be matched by their titles.
    tagged = rng.random(len(market.products)) < 0.67
    return pa.table(
        {
            "product_id": [p.product_id for p in market.products],
            "title": [p.title for p in market.products],
            "brand": [p.brand for p in market.products],
            "category": [p.category for p in market.products],
            "list_price": [float(p.list_price) for p in market.products],
            "currency": [p.currency for p in market.products],
            "gtin": [p.gtin for p in market.products],
            "url": [f"{shop_url}/p/{p.slug}" for p in market.products],
            "hashtags": [
                ";".join(f"#{h}" for h in p.hashtags) if known else ""
                for p, known in zip(market.products, tagged, strict=True)
            ],
        }
    )


def _hashtag_metrics(market: Market) -> pa.Table:
    rng = np.random.default_rng((market.seed, 4))
    shape = (len(market.hashtags), market.day_count)
    hashtag, day = np.nonzero(rng.random(shape) < 0.8)
    second = rng.integers(86_400, size=len(day))
    views = market.view_counts(hashtag, day + second / 86_400)
    return pa.table(
        {
            "hashtag": np.array(market.hashtags)[hashtag],
            "observed_at": _times(market, day, second),
            "view_count": [_rounded(v) for v in views.tolist()],
            "video_count": [_rounded(v) for v in market.video_counts(views).tolist()],
        }
    )


def _videos(market: Market) -> pa.Table:
    seen = [
        (video, share, at)
        for hashtag in market.hashtags
        for video in market.videos(hashtag)
        for share, at in (
            (0.6, video.created_at + timedelta(days=2)),
            (1.0, video.created_at + timedelta(days=14)),
        )
        if at < market.moment(market.day_count)
    ]
    return pa.table(
        {
            "video_id": [v.video_id for v, _, _ in seen],
            "hashtag": [v.hashtag for v, _, _ in seen],
            "created_at": [_iso(v.created_at) for v, _, _ in seen],
            "views": [int(v.views * share) for v, share, _ in seen],
            "likes": [int(v.likes * share) for v, share, _ in seen],
            "comments": [int(v.comments * share) for v, share, _ in seen],
            "shares": [int(v.shares * share) for v, share, _ in seen],
            "observed_at": [_iso(at) for _, _, at in seen],
        }
    )


def _listings(market: Market) -> pa.Table:
    end = market.moment(market.day_count)
    offers = [x for x in market.listings() if x.listed_at + timedelta(hours=3) < end]
    return pa.table(
        {
            "listing_id": [x.listing_id for x in offers],
            "site": [x.site for x in offers],
            "product_id": [x.product_id for x in offers],
            "title": [x.title for x in offers],
            "price": [float(x.price) for x in offers],
            "shipping": [float(x.shipping or 0) for x in offers],
            "currency": [x.currency for x in offers],
            "condition": [x.condition for x in offers],
            "status": [x.status for x in offers],
            "listed_at": [_iso(x.listed_at) for x in offers],
            "sold_at": [_iso(x.sold_at) if x.sold_at else None for x in offers],
            "observed_at": [_iso(x.listed_at + timedelta(hours=3)) for x in offers],
        }
    )


def _reviews(market: Market) -> pa.Table:
    orders = market.orders
    number, stars, rng = reviews_of(market)
    day = orders.day[number] + REVIEWED_AFTER_DAYS
    return pa.table(
        {
            "product_id": _ids("P", orders.product[number], 5),
            "reviewed_at": _times(market, day, orders.second[number]),
            "rating": stars,
            "text": texts(rng, stars).tolist(),
        }
    )


def _zip_income() -> pa.Table:
    zips = np.arange(ZIP_COUNT)
    return pa.table({"zip": _ids("", zips, 5), "median_income": 25_000 + 300.0 * zips})


def _population() -> pa.Table:
    bands = [f"{low}-{low + 4}" for low in range(15, 80, 5)] + ["80+"]
    return pa.table({"age_band": bands, "share": [1 / len(bands)] * len(bands)})


def _ids(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    return pa.array([f"{prefix}{number:0{width}d}" for number in numbers.tolist()])


def _times(market: Market, day: np.ndarray, second: np.ndarray) -> pa.Array:
    start = np.datetime64(market.moment(0).replace(tzinfo=None), "s")
    moments = start + day * 86_400 + np.floor(second).astype(int)
    return pa.array([f"{m}Z" for m in moments.astype(str).tolist()])


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _rounded(count: int) -> int:
    # Sites show about four digits of a large counter.
    step = 10 ** max(0, len(str(count)) - 4)
    return int(count // step * step)
