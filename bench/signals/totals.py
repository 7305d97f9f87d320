"""Daily views out of TikTok's own rounded totals, beside day-to-day differences.

Both files hold totals that people saw on the site: rounded to two to four digits, with
days on which a hashtag was not listed. In the one of 2021 the snapshots have an order
but no clock: one stands for a day.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from bench.signals.hashtags import daily_rows

Floats = npt.NDArray[np.float64]
DATA = Path(__file__).parents[2].parent / "shared/data"
LEAST_DAYS = 8
SERIES = """
WITH newest AS (
    SELECT hashtag, observed_at::DATE AS day, arg_max(view_count, observed_at) AS total
    FROM snapshot
    GROUP BY ALL
)
SELECT
    h.hashtag,
    list(h.daily_views ORDER BY h.day),
    list(h.smooth_views / (1 - h.bot_share) ORDER BY h.day),
    list(newest.total ORDER BY h.day)
FROM hashtag_day AS h
ASOF JOIN newest ON h.hashtag = newest.hashtag AND h.day >= newest.day
JOIN (SELECT hashtag, max(day) AS last_day FROM newest GROUP BY hashtag) AS seen
    ON h.hashtag = seen.hashtag AND h.day <= seen.last_day
GROUP BY h.hashtag
ORDER BY h.hashtag
"""


def run() -> Table | str:
    """Return a table of what is wrong with daily views, by file."""
    if not DATA.exists():
        return "totals: skipped, no ../shared/data"
    table = Table(
        "totals",
        "daily views",
        "hashtags",
        "days",
        "negative",
        "nought, then a jump",
        "of the growth: median",
        "10 % to 90 %",
        title="Daily views out of real TikTok totals",
    )
    for year, snapshots in {"2022": hourly_2022(), "2021": ordered_2021()}.items():
        series = [
            tuple(map(np.array, values))
            for _, *values in daily_rows(snapshots, SERIES)
            if len(values[0]) >= LEAST_DAYS and values[2][-1] > values[2][0]
        ]
        for name, number in {
            "TrendGuard": 0,
            "its week's mean": 1,
            "differences": 2,
        }.items():
            found = [s[number] if number < 2 else np.diff(s[2]) for s in series]
            growth = np.array([s[2][-1] - s[2][0] for s in series])
            table.add_row(year, name, *figures(found, growth))
    table.caption = (
        f"hashtags with {LEAST_DAYS} days and growth; a jump: over twice the mean of "
        "the seven days around; of the growth: what the daily views add up to"
    )
    return table


def figures(daily: list[Floats], growth: Floats) -> tuple[str, ...]:
    """Return the cells of one row."""
    # The first day's growth lies before the first total.
    sums = [d.sum() if len(d) else 0 for d in daily]
    share = np.array(sums) / growth
    low, middle, high = np.quantile(share, (0.1, 0.5, 0.9))
    return (
        f"{len(daily)}",
        f"{sum(map(len, daily)):,}",
        f"{sum((d < 0).sum() for d in daily)}",
        f"{sum(map(jumps, daily)):,}",
        f"{middle:.2f}",
        f"{low:.2f} to {high:.2f}",
    )


def jumps(daily: Floats) -> int:
    """Count days over twice their week's mean that follow a day of nothing."""
    padded = np.pad(daily, 3, mode="reflect") if len(daily) > 3 else daily
    mean = np.convolve(padded, np.ones(7) / 7, mode="valid")
    return int(((daily[1:] > 2 * mean[1:]) & (daily[:-1] <= 0)).sum())


def hourly_2022() -> pa.Table:
    """Return the clocked file as snapshots."""
    rows = [
        (
            row["tag"],
            datetime.fromisoformat(row["utc"]).replace(tzinfo=UTC),
            row["views"],
        )
        for row in _rows("tiktok_discover_hashtag_views_2022")
    ]
    return _snapshots(rows)


def ordered_2021() -> pa.Table:
    """Return the ordered file as snapshots, one a day."""
    start = datetime(2021, 1, 1, 12, tzinfo=UTC)
    rows = [
        (f"{row['src']} {row['tag']}", start + timedelta(int(row["seq"])), row["views"])
        for row in _rows("tiktok_hashtag_views_sequence_2021")
    ]
    return _snapshots(rows)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _snapshots(rows: list[tuple[str, datetime, str]]) -> pa.Table:
    # Several lists of one moment may differ by their caches' age.
    newest: dict[tuple[str, datetime], int] = {}
    for tag, at, views in rows:
        newest[tag, at] = max(int(views), newest.get((tag, at), 0))
    return pa.table(
        {
            "hashtag": [tag for tag, _ in newest],
            "observed_at": pa.array(
                [at for _, at in newest], pa.timestamp("us", "UTC")
            ),
            "view_count": list(newest.values()),
        }
    )


if __name__ == "__main__":
    Console(width=140).print(run())
