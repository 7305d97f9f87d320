"""Bought videos found on the sample market, beside the seed's rule.

The market's own truth is known: views bought from machines, likes bought from farms,
and honest videos that come near both bounds. The rule's bounds and the market come from
one idea of what fakes are, so the first rows only check that they agree; the others say
what is found of fakes that a real audience came to, and which look honest in the end.
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
DILUTIONS = (0.0, 0.1, 0.3)
Flags = npt.NDArray[np.bool_]


def run(order_count: int = 30_000) -> Table:
    """Return a table of precision and recall, a pair of rows for each dilution."""
    videos, truth = sample_videos(order_count)
    table = Table(
        "real audience of fakes",
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
    for most in DILUTIONS:
        seen, audience = diluted(videos, truth, most)
        views = np.array([v.views for v in seen], float)
        likes = np.array([v.likes for v in seen], float)
        for name, flags in {
            "TrendGuard": judged(seen),
            "seed: 100 views per like or more": views >= 100 * likes,
        }.items():
            table.add_row(
                f"up to {most:.0%}" if most else "none",
                name,
                *figures(videos, truth, seen, audience, flags),
            )
    table.caption = (
        "views bought, likes bought: recall of either kind; share error: mean over "
        "hashtags, of the bought views; an audience is a share of a fake's views, "
        "evenly drawn, that liked and talked as an honest video's"
    )
    return table


def sample_videos(order_count: int) -> tuple[list[SampleVideo], Flags]:
    """Return the markets' videos, and which of them are bought."""
    videos: list[SampleVideo] = []
    bought: set[str] = set()
    for seed in SEEDS:
        market = Market(seed=seed, order_count=order_count, end_on=date(2026, 11, 1))
        for hashtag in market.hashtags:
            videos += [
                replace(v, hashtag=f"{seed} {hashtag}") for v in market.videos(hashtag)
            ]
            bought |= market.bought_videos(hashtag)
    return videos, np.array([v.video_id in bought for v in videos])


def diluted(
    videos: list[SampleVideo], truth: Flags, most: float
) -> tuple[list[SampleVideo], Floats]:
    """Return the videos after an audience came to the bought ones, and its share of
    their views, drawn up to `most`.
    """
    rng = np.random.default_rng(7)
    honest = [v for v, is_bought in zip(videos, truth, strict=True) if not is_bought]
    audience = np.where(truth, rng.uniform(0, most, len(videos)), 0)
    seen = [
        _joined(v, honest[rng.integers(len(honest))], share, rng) if share else v
        for v, share in zip(videos, audience, strict=True)
    ]
    return seen, audience


def _joined(
    video: SampleVideo, like: SampleVideo, share: float, rng: np.random.Generator
) -> SampleVideo:
    people = round(video.views * share / (1 - share))
    likes, comments, shares = rng.poisson(
        [people * n / like.views for n in (like.likes, like.comments, like.shares)]
    )
    return replace(
        video,
        views=video.views + people,
        likes=video.likes + int(likes),
        comments=video.comments + int(comments),
        shares=video.shares + int(shares),
    )


def figures(
    videos: list[SampleVideo],
    truth: Flags,
    seen: list[SampleVideo],
    audience: Floats,
    is_bought: Flags,
) -> tuple[str, ...]:
    """Return the cells of one row."""
    groups = np.unique([v.hashtag for v in videos], return_inverse=True)[1]
    views = np.array([v.views for v in seen], float)
    farmed = truth & np.array([v.views < 20 * v.likes for v in videos])
    shares = [
        share(groups, views, part) for part in (truth * (1 - audience), is_bought)
    ]
    return (
        f"{len(truth):,}",
        f"{truth.sum():,}",
        f"{(truth & is_bought).sum() / max(is_bought.sum(), 1):.3f}",
        f"{is_bought[truth].mean():.3f}",
        f"{is_bought[truth & ~farmed].mean():.3f}",
        f"{is_bought[farmed].mean():.3f}",
        f"{np.abs(shares[0] - shares[1]).mean():.4f}",
    )


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


def share(
    hashtag: npt.NDArray[np.int64], views: Floats, is_bought: Flags | Floats
) -> Floats:
    """Return the share of bought views of each hashtag."""
    total = np.bincount(hashtag, views)
    part: Floats = np.bincount(hashtag, views * is_bought) / total
    return part


if __name__ == "__main__":
    Console(width=150).print(run())
