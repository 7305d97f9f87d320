"""When a hashtag's peak is called, and where, beside three falling points in a row.

Each hour of a Twitter hashtag's history stands for one day of ours: it goes through the
store's snapshots and the real daily step, times 1,000 where it is not said otherwise,
and a call counts from the day on which it was known. The bounds of the call were chosen
on the even lines of the file; the odd lines are reported.

References
----------
Yang and Leskovec, Patterns of temporal variation in online media, WSDM 2011.
"""

import gzip
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rich.console import Console
from rich.table import Table

import ml.daily
from ml.daily.hashtag_day import hashtag_days
from sample.world import Market
from store.duck import duck_session, put, sql_beside
from store.settings import Settings

Floats = npt.NDArray[np.float64]
Call = tuple[int, int]  # the day of the call, the day it calls the peak
SERIES = (
    Path(__file__).parents[2].parent / "shared/data/twitter_hashtag_series_odd.txt.gz"
)
START_ON = date(2026, 1, 1)
NEAR_DAYS = 3
CALLS = """
SELECT hashtag, day - DATE '2026-01-01' AS called, peak_on - DATE '2026-01-01' AS peak
FROM hashtag_day
QUALIFY stage IN ('Decline', 'Death')
    AND lag(stage, 1, 'Peak') OVER (PARTITION BY hashtag ORDER BY day)
        NOT IN ('Decline', 'Death')
ORDER BY hashtag, day
"""


@dataclass(frozen=True)
class Truth:
    """Daily views and the day of their true peak."""

    views: Floats
    peak: int


def run() -> Table | str:
    """Return a table of how well peaks are called, a pair of rows for each source."""
    if not SERIES.exists():
        return f"hashtags: skipped, no {SERIES.name}"
    real = [Truth(views, int(views.argmax())) for views in read_series()[1::2]]
    table = Table(
        "series",
        "caller",
        "n",
        "peak error, mean",
        "median",
        "delay, median",
        "called falsely",
        "never called",
        "false calls a series",
        "error of the call after the peak",
        title="Calling the peak as it passes (days; an hour of Twitter is a day)",
    )
    for name, truths in {
        "Twitter, odd lines": real,
        "sample market": sample_waves(),
    }.items():
        for caller, calls in {
            "TrendGuard": stage_calls,
            "three falling points": falling_calls,
        }.items():
            table.add_row(name, caller, *figures(truths, calls(truths)))
    table.add_section()
    for name, totals in fed_otherwise(real).items():
        found = stage_calls(real, totals)
        table.add_row(f"Twitter: {name}", "TrendGuard", *figures(real, found))
    table.caption = (
        "peak error, delay: of the first call; false: the first call is made before "
        f"the peak, or puts it over {NEAR_DAYS} days off"
    )
    return table


def read_series(path: Path = SERIES) -> Floats:
    """Return hourly counts (n_series, n_hours)."""
    with gzip.open(path, "rt") as lines:
        rows = [line.split() for line in lines][1::2]
    return np.array(rows, dtype=float)


def sample_waves() -> list[Truth]:
    """Return the made-up market's hashtags whose highest wave has a month around it.

    Its peak is read in hindsight: the middle of the week with the most real views.
    """
    trends = Market(order_count=50_000).trends
    peaks = trends.smooth.argmax(axis=1) - 3
    truths = [Truth(v, int(p)) for v, p in zip(trends.real, peaks, strict=True)]
    return [t for t in truths if 30 <= t.peak < len(t.views) - 30]


def fed(truths: list[Truth], scale: float = 1000, offset: float = 0) -> list[Floats]:
    """Return the totals of each series as a site may count them."""
    return [np.floor(np.cumsum(t.views) * scale + offset) for t in truths]


def fed_otherwise(truths: list[Truth]) -> dict[str, list[Floats]]:
    """Return the same series on other scales, rounded, noisy and with gaps (NaN)."""
    rng = np.random.default_rng(5)
    noisy = [
        Truth(t.views * np.maximum(1 + 0.2 * rng.standard_normal(len(t.views)), 0), 0)
        for t in truths
    ]
    every_second = fed(truths)
    for totals in every_second:
        totals[1::2] = np.nan
    missing = fed(truths)
    for totals in missing:
        totals[rng.random(len(totals)) < 0.3] = np.nan
    return {
        "from 1,000,000": fed(truths, offset=1e6),
        "as counted": fed(truths, 1),
        "as counted, from 1,000": fed(truths, 1, 1e3),
        "as counted, from 1,000,000": fed(truths, 1, 1e6),
        "20 % noise": fed(noisy),
        "4 digits": [rounded(totals, 4) for totals in fed(truths)],
        "3 digits": [rounded(totals, 3) for totals in fed(truths)],
        "3 digits, from 1,000,000": [
            rounded(totals, 3) for totals in fed(truths, offset=1e6)
        ],
        "every second total": every_second,
        "30 % missing": missing,
    }


def rounded(totals: Floats, digits: int) -> Floats:
    """Return totals cut to so many digits."""
    places = np.floor(np.log10(np.maximum(totals, 1))) + 1 - digits
    unit = 10 ** np.maximum(places, 0)
    cut: Floats = np.floor(totals / unit) * unit
    return cut


def stage_calls(
    truths: list[Truth], totals: list[Floats] | None = None
) -> list[list[Call]]:
    """Return every change to Decline or Death of the real daily step."""
    totals = totals or fed(truths)
    first = datetime.combine(START_ON, datetime.min.time(), UTC)
    seen = [(n, int(d)) for n, t in enumerate(totals) for d in np.flatnonzero(t >= 0)]
    at = [first + timedelta(days=day, hours=23) for _, day in seen]
    columns = {
        "hashtag": [str(number) for number, _ in seen],
        "observed_at": pa.array(at, pa.timestamp("us", "UTC")),
        "view_count": np.array([totals[n][d] for n, d in seen], np.int64),
    }
    calls: list[list[Call]] = [[] for _ in truths]
    for hashtag, called, peak in daily_rows(pa.table(columns), CALLS):
        calls[int(hashtag)].append((called, peak))
    return calls


def daily_rows(snapshots: pa.Table, query: str) -> list[tuple[Any, ...]]:
    """Run the real daily steps over snapshots, then a query over ``hashtag_day``."""
    with (
        TemporaryDirectory() as folder,
        duck_session(Settings(data_dir=Path(folder))) as duck,
    ):
        put(duck, "snapshot", snapshots)
        duck.execute(
            "CREATE TABLE video (hashtag VARCHAR, video_id VARCHAR, observed_at "
            "TIMESTAMPTZ, view_count BIGINT, like_count BIGINT, comment_count BIGINT, "
            "share_count BIGINT)"
        )
        duck.execute(
            "CREATE TABLE bounds AS SELECT min(observed_at)::DATE AS since, "
            "max(observed_at)::DATE AS last_day FROM snapshot"
        )
        for step in ("video_seen", "bot_change", "total_day"):
            query_of_step = sql_beside(ml.daily.__file__, step)
            duck.execute(f"CREATE TABLE {step} AS {query_of_step}")
        put(duck, "hashtag_day", hashtag_days(duck))
        return duck.execute(query).fetchall()


def falling_calls(truths: list[Truth]) -> list[list[Call]]:
    """Return every third falling point in a row, and the point before them."""
    return [_falls(truth.views) for truth in truths]


def _falls(views: Floats) -> list[Call]:
    down = np.diff(views) < 0
    three = down[2:] & down[1:-1] & down[:-2]
    new = three & ~np.r_[False, three[:-1]]
    return [(int(day) + 3, int(day)) for day in np.flatnonzero(new)]


def figures(truths: list[Truth], calls: list[list[Call]]) -> tuple[str, ...]:
    """Return the cells of one row."""
    pairs = list(zip(truths, calls, strict=True))
    firsts = [(t, c[0]) for t, c in pairs if c]
    errors = np.array([abs(peak - t.peak) for t, (_, peak) in firsts])
    wrong = np.array(
        [
            called <= t.peak or abs(peak - t.peak) > NEAR_DAYS
            for t, (called, peak) in firsts
        ]
    )
    delays = [called - t.peak for t, (called, _) in firsts if called > t.peak]
    early = [sum(called <= t.peak for called, _ in c) for t, c in pairs]
    after = [
        abs(next(peak for called, peak in c if called > t.peak) - t.peak)
        for t, c in pairs
        if any(called > t.peak for called, _ in c)
    ]
    return (
        f"{len(truths)}",
        f"{errors.mean():.1f}",
        f"{np.median(errors):.0f}",
        f"{np.median(delays):.0f}",
        f"{wrong.sum() / len(truths):.0%}",
        f"{1 - len(firsts) / len(truths):.0%}",
        f"{np.mean(early):.2f}",
        f"{np.mean(after):.2f}",
    )


if __name__ == "__main__":
    Console(width=160).print(run())
