"""Bought videos found on the sample market, beside the seed's rule.

The market's own truth is known: views bought from machines, likes bought from farms,
and honest videos that come near both bounds.
"""

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rich.console import Console
from rich.table import Table

import ml.daily
from sample.market import SampleVideo
from sample.world import Market
from store.duck import put, sql_beside

Floats = npt.NDArray[np.float64]
SEEDS = (7, 8, 9)
Flags = npt.NDArray[np.bool_]


def run(order_count: int = 30_000) -> Table:
    """Return a table of precision and recall, one row a rule."""
    videos: list[SampleVideo] = []
    bought: set[str] = set()
    for seed in SEEDS:
        market = Market(seed=seed, order_count=order_count, end_on=date(2026, 11, 1))
        for hashtag in market.hashtags:
            videos += [
                replace(v, hashtag=f"{seed} {hashtag}") for v in market.videos(hashtag)
            ]
            bought |= market.bought_videos(hashtag)
    truth = np.array([v.video_id in bought for v in videos])
    views = np.array([v.views for v in videos], float)
    likes = np.array([v.likes for v in videos], float)
    groups = np.unique([v.hashtag for v in videos], return_inverse=True)[1]
    found = {
        "TrendGuard": judged(videos),
        "seed: 100 views per like or more": views >= 100 * likes,
    }
    table = Table(
        "rule",
        "videos",
        "bought",
        "precision",
        "recall",
        "views bought",
        "likes bought",
        "share error",
        title=f"Bought videos, sample markets of seeds {SEEDS}",
    )
    farmed = truth & (views < 20 * likes)
    for name, is_bought in found.items():
        shares = [share(groups, views, flags) for flags in (truth, is_bought)]
        table.add_row(
            name,
            f"{len(truth):,}",
            f"{truth.sum():,}",
            f"{(truth & is_bought).sum() / max(is_bought.sum(), 1):.3f}",
            f"{is_bought[truth].mean():.3f}",
            f"{is_bought[truth & ~farmed].mean():.3f}",
            f"{is_bought[farmed].mean():.3f}",
            f"{np.abs(shares[0] - shares[1]).mean():.4f}",
        )
    table.caption = (
        "views bought, likes bought: recall of either kind; share error: mean over "
        "hashtags, of the views in bought videos"
    )
    return table


def judged(videos: list[SampleVideo]) -> Flags:
    """Return what the real daily step says of each video."""
    counts = ("views", "likes", "comments", "shares")
    columns = {f"{n[:-1]}_count": [getattr(v, n) for v in videos] for n in counts}
    columns |= {
        "video_id": [v.video_id for v in videos],
        "hashtag": [v.hashtag for v in videos],
        "observed_at": [v.created_at for v in videos],
    }
    with duckdb.connect() as duck:
        put(duck, "video", pa.table(columns))
        query = sql_beside(ml.daily.__file__, "video_seen")
        rows = duck.execute(f"SELECT video_id, is_bought FROM ({query})").fetchall()
    found = dict(rows)
    return np.array([bool(found[v.video_id]) for v in videos])


def share(hashtag: npt.NDArray[np.int64], views: Floats, is_bought: Flags) -> Floats:
    """Return the share of views in bought videos of each hashtag."""
    total = np.bincount(hashtag, views)
    part: Floats = np.bincount(hashtag, views * is_bought) / total
    return part


if __name__ == "__main__":
    Console(width=120).print(run())
