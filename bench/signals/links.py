"""Hashtags and listings of products on the made-up market, whose truth is known.

The retailer's own links are left out, so that every link is matched by words. Among the
hashtags are crowded ones, names of kinds, brands and styles, misspelt and foreign ones;
among the listings lots, boxes, parts, replicas and other models.
"""

import time
from collections.abc import Callable
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import fuzz, process
from rich.console import Console, Group
from rich.table import Table

from ml.matching.hashtags import LEAST_CONFIDENCE, HashtagIndex, confidences
from ml.matching.linking import named
from ml.matching.listings import judge_listings
from ml.quality.evaluation import expected_calibration_error
from sample.market import SampleListing
from sample.world import Market

Floats = npt.NDArray[np.float64]
# No market with these seeds was fitted on.
SEEDS = (7, 8, 9)
LISTING_COUNT = 1_000_000
PRODUCT_COUNT = 10_000
HASHTAG_COUNT = 5_000


def run(order_count: int = 50_000) -> Group:
    """Return tables of both kinds of links."""
    markets = [
        Market(seed=seed, order_count=order_count, end_on=date(2026, 11, 1))
        for seed in SEEDS
    ]
    return Group(_hashtags(markets), _listings(markets), _speed(markets[0]))


def _hashtags(markets: list[Market]) -> Table:
    table = Table(
        "market", "links", "found", "precision", "recall", "F1", "ECE", "F1, substring",
        title="Hashtags of products, none given by the retailer",
    )  # fmt: skip
    for market in markets:
        true = {(p, tag) for tag, ids in market.links.items() for p in ids}
        sure = _sure(market)
        found = {pair for pair, s in sure.items() if s >= LEAST_CONFIDENCE}
        right = np.array([float(pair in true) for pair in sure])
        table.add_row(
            str(market.seed), str(len(true)), str(len(found)),
            f"{len(found & true) / len(found):.3f}",
            f"{len(found & true) / len(true):.3f}",
            f"{_f1(found, true):.3f}",
            f"{expected_calibration_error(right, np.array([*sure.values()])):.3f}",
            f"{_f1(_substrings(market), true):.3f}",
        )  # fmt: skip
    return table


def _sure(market: Market) -> dict[tuple[str, str], float]:
    titles = [named(p.title, p.brand) for p in market.products]
    index = HashtagIndex(market.hashtags, titles)
    found = index.candidates(titles)
    return {
        (market.products[title].product_id, index.hashtags[tag]): float(sure)
        for title, tag, sure in zip(
            found.title, found.hashtag, confidences(found), strict=True
        )
    }


def _substrings(market: Market) -> set[tuple[str, str]]:
    """Return what a partial ratio over 90 says: the peer."""
    titles = ["".join(filter(str.isalpha, p.title.lower())) for p in market.products]
    scores = process.cdist(
        market.hashtags, titles, scorer=fuzz.partial_ratio, workers=-1
    )
    return {
        (market.products[title].product_id, market.hashtags[tag])
        for tag, title in zip(*np.nonzero(scores >= 90), strict=True)
    }


def _f1(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> float:
    return 2 * len(found & true) / max(1, len(found) + len(true))


def _listings(markets: list[Market]) -> Table:
    table = Table(
        "market", "asked by", "listings", "not the thing", "precision", "recall",
        "of the thing kept", "right product",
        title="Listings refused: lots, boxes, parts, replicas, other models",
    )  # fmt: skip
    for market in markets:
        offers = market.listings()
        for by in ("product", "query"):
            judged = judge_listings(_rows(market, offers, by), _catalogue(market))
            refused = judged.reason != ""
            other = np.array([bool(x.refused_for) for x in offers])
            ids = [market.products[p].product_id for p in judged.product]
            right = np.array([x.product_id for x in offers]) == np.array(ids)
            table.add_row(
                str(market.seed), by, f"{len(offers):,}", f"{other.sum():,}",
                f"{(refused & other).sum() / refused.sum():.3f}",
                f"{(refused & other).sum() / other.sum():.3f}",
                f"{(~refused & ~other).sum() / (~other).sum():.3f}",
                f"{right[~refused & ~other].mean():.3f}",
            )  # fmt: skip
    return table


def _speed(market: Market) -> str:
    """Tell how long it takes; processor time, for the machine may be busy."""
    rng = np.random.default_rng(5)
    offers = market.listings()
    few = [offers[at] for at in rng.integers(len(offers), size=LISTING_COUNT)]
    rows = _rows(market, few, "product")
    every = pa.array([f"{x.title} {n}k" for n, x in enumerate(few)])
    rows = rows.set_column(rows.schema.get_field_index("title"), "title", every)
    catalogue = _catalogue(market)
    listings = _seconds(lambda: judge_listings(rows, catalogue))
    titles = [f"{p.title}{n}" for p in market.products for n in range(PRODUCT_COUNT)]
    some = [titles[at] for at in rng.integers(len(titles), size=PRODUCT_COUNT)]
    tags = [_made_up(rng, title) for title in some[:HASHTAG_COUNT]]
    hashtags = _seconds(lambda: HashtagIndex(tags, some).candidates(some))
    return (
        f"{LISTING_COUNT:,} listings, every title another, judged in {listings}\n"
        f"{PRODUCT_COUNT:,} products x {HASHTAG_COUNT:,} hashtags linked in {hashtags}"
    )


def _made_up(rng: np.random.Generator, title: str) -> str:
    found = rng.permutation(title.lower().split()[:-2])[: rng.integers(1, 4)]
    return "".join(found) + str(rng.choice(("", "tok", "review", "xo", "vibez")))


def _seconds(work: Callable[[], object]) -> str:
    began, used = time.perf_counter(), time.process_time()
    work()
    used = time.process_time() - used
    return f"{time.perf_counter() - began:.1f} s ({used:.1f} s of processor time)"


def _rows(market: Market, offers: list[SampleListing], by: str) -> pa.Table:
    title = {p.product_id: p.title for p in market.products}
    ids = [x.product_id for x in offers]
    none = [None] * len(offers)
    return pa.table(
        {
            "product_id": pa.array(ids if by == "product" else none, pa.string()),
            "query": pa.array(
                [title[i] for i in ids] if by == "query" else none, pa.string()
            ),
            "title": [x.title for x in offers],
            "condition": [x.condition for x in offers],
            "price_minor": [int(x.price * 100) for x in offers],
            "currency": [x.currency for x in offers],
        }
    )


def _catalogue(market: Market) -> pa.Table:
    return pa.table(
        {
            "product_id": [p.product_id for p in market.products],
            "title": [p.title for p in market.products],
            "brand": [p.brand for p in market.products],
            "list_price_minor": [int(p.list_price * 100) for p in market.products],
            "currency": [p.currency for p in market.products],
        }
    )


if __name__ == "__main__":
    Console().print(run())
