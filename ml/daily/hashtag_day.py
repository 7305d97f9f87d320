"""One row per hashtag and day: what was known at the day's end.

Every value uses totals and videos of that day or earlier only, so that deleting what
came later changes nothing. All days are followed, for a day depends on the one before
it, but only those that are asked for become rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.daily.miscounts import Readings, readings_of
from ml.daily.views import Flags, Floats, Ints, Totals, Views, views_of
from ml.daily.waves import LIVELY_LEVEL, Waves, waves_of

Kind = TypeVar("Kind", bound=np.generic)

EPOCH = date(1970, 1, 1)
# 2 % of 20,000 views stand for what is not known of a hashtag's videos.
PRIOR_VIEWS, PRIOR_BOUGHT = 20_000, 400
# So long a total says something; a video's counters do as well.
STANDS_DAYS = 30
STAGES = ("Rising", "Peak", "Decline", "Death")
RISING_LEVEL, RISING_RATE = 0.93, 0.07
QUIET_DAYS = 56


def hashtag_days(duck: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the rows of ``hashtag_day`` from ``bounds.since`` on.

    Reads ``total_day``, ``bot_change`` and ``bounds(since, last_day)``.
    """
    return days_of(observed_hashtags(duck))


@dataclass(frozen=True)
class Observed:
    """What was observed of hashtags.

    Attributes
    ----------
    totals, changes : pyarrow.Table
        ``total_day`` in order, and ``bot_change``.
    since, last : date
        The days that are asked for.
    """

    totals: pa.Table
    changes: pa.Table
    since: date
    last: date


def observed_hashtags(duck: duckdb.DuckDBPyConnection) -> Observed:
    """Return what `hashtag_days` reads; `days_of` needs DuckDB no more."""
    since, last = duck.execute("SELECT since, last_day FROM bounds").fetchall()[0]
    totals = duck.sql("FROM total_day ORDER BY hashtag, day").to_arrow_table()
    return Observed(totals, duck.sql("FROM bot_change").to_arrow_table(), since, last)


def days_of(observed: Observed) -> pa.Table:
    """Return the rows of ``hashtag_day`` from ``observed.since`` on."""
    totals = observed.totals
    calendar = Calendar(totals, observed.last)
    readings = readings_of(calendar.totals(totals))
    bot_share = calendar.bot_shares(observed.changes)[:, readings.series]
    return _Rows(calendar, readings, bot_share).since(observed.since)


class Calendar:
    """The days and hashtags there are rows of.

    Parameters
    ----------
    totals : Table
        ``total_day``.
    last : date
        The last day.
    """

    def __init__(self, totals: pa.Table, last: date) -> None:
        self.hashtags = pc.unique(totals["hashtag"])
        first = pc.min(totals["day"]).as_py() or last
        self.first_number = (first - EPOCH).days
        self.shape = max((last - first).days + 1, 1), len(self.hashtags)

    def day_number(self, day: date) -> int:
        """Return the number of a day, 0 for the first."""
        return (day - EPOCH).days - self.first_number

    def totals(self, rows: pa.Table) -> Totals:
        """Return totals by day and hashtag."""
        found = Totals(np.full(self.shape, -1, np.int64), np.zeros(self.shape))
        cells, kept = self._cells(rows)
        at = rows["observed_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64())
        found.view_count[cells] = rows["view_count"].to_numpy()[kept]
        found.seconds[cells] = at.to_numpy()[kept] / 1e6
        return found

    def bot_shares(self, changes: pa.Table) -> Floats:
        """Return the share of bought views by day and hashtag."""
        cells, kept = self._cells(changes)
        views, bought = np.zeros(self.shape), np.zeros(self.shape)
        np.add.at(views, cells, changes["view_count"].to_numpy()[kept])
        np.add.at(bought, cells, changes["bought"].to_numpy()[kept])
        share: Floats = (bought.cumsum(axis=0) + PRIOR_BOUGHT) / (
            views.cumsum(axis=0) + PRIOR_VIEWS
        )
        return share

    def _cells(self, rows: pa.Table) -> tuple[tuple[Ints, Ints], Flags]:
        """Return the day and hashtag of those rows that have them, and which do."""
        day = rows["day"].cast(pa.int32()).to_numpy() - self.first_number
        found = pc.index_in(rows["hashtag"], self.hashtags)
        series = pc.fill_null(found, -1).to_numpy()
        kept: Flags = (series >= 0) & (day < self.shape[0])
        # What was known before the first total counts from then on.
        return (np.maximum(day[kept], 0), series[kept]), kept


class _Rows:
    """The rows, once all days were followed."""

    def __init__(
        self, calendar: Calendar, readings: Readings, bot_share: Floats
    ) -> None:
        self._calendar, self._readings, self._bot_share = calendar, readings, bot_share
        self._views: Views = views_of(readings.totals)
        known = self._views.known
        self._real = self._views.daily * (1 - bot_share)
        self._smooth = self._views.weekly * (1 - trailing_mean(bot_share, known, 7))
        recent = trailing_mean(self._real, known, 3)
        top_day = trailing_top(self._real, known, 7)
        self._waves: Waves = waves_of(known, self._smooth, recent, top_day)

    def since(self, first: date) -> pa.Table:
        """Return the rows of all days from `first` on."""
        day = np.arange(len(self._smooth))[:, None]
        wanted = self._views.known & (day >= self._calendar.day_number(first))
        wanted &= (day >= self._readings.from_day) & (day < self._readings.until_day)
        wanted &= day <= self._views.newest + STANDS_DAYS
        return self._table(_Cells(*np.nonzero(wanted)))

    def _table(self, cells: "_Cells") -> pa.Table:
        views, waves, smooth = self._views, self._waves, cells.of(self._smooth)
        peak, wave_peak = cells.of(waves.peak_views), cells.of(waves.wave_peak_views)
        peak_day = cells.of(waves.peak_day)
        velocity = self._velocity(cells)
        hashtag = self._readings.series[cells.reading]
        newest = cells.of(views.newest)
        seconds = self._readings.totals.seconds[newest, cells.reading]
        stage = stages_of(
            cells.of(waves.is_over),
            wave_level=_share(smooth, wave_peak),
            velocity_rate=velocity,
            # What has no views at all has not begun.
            quiet_days=cells.of(waves.quiet_days) * (cells.of(views.view_count) > 0),
        )
        return pa.table(
            {
                "hashtag": self._calendar.hashtags.take(pa.array(hashtag)),
                "day": self._dates(cells.day),
                "observed_at": pa.array((seconds * 1e6).round().astype(np.int64)).cast(
                    pa.timestamp("us", "UTC")
                ),
                "view_count": cells.of(views.view_count),
                "daily_views": cells.of(views.daily),
                "bot_share": cells.of(self._bot_share),
                "real_daily_views": cells.of(self._real),
                "smooth_views": smooth,
                "velocity_rate": velocity,
                "peak_views": peak,
                "wave": cells.of(waves.wave),
                "wave_peak_views": wave_peak,
                "peak_on": self._dates(peak_day),
                "days_since_peak": cells.day - peak_day,
                "level": _share(smooth, peak),
                "trended_days": cells.of(waves.trended_days),
                "stage": pa.array(STAGES).take(pa.array(stage)),
            }
        )

    def _velocity(self, cells: "_Cells") -> Floats:
        """Return smooth views against a week before, as a relative change."""
        week_ago = np.maximum(cells.day - 7, 0), cells.reading
        is_known = (cells.day >= 7) & self._views.known[week_ago]
        before = np.where(is_known, self._smooth[week_ago], 0)
        change = np.clip(_share(cells.of(self._smooth), before) - 1, -1, 10)
        return np.where(before > 0, change, 0)

    def _dates(self, numbers: Ints) -> pa.Array:
        days = (numbers + self._calendar.first_number).astype(np.int32)
        return pa.array(days).cast(pa.date32())


@dataclass(frozen=True)
class _Cells:
    """The cells that become rows: their days and readings."""

    day: Ints
    reading: Ints

    def of(self, values: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
        """Return the values there of an array (n_days, n_readings)."""
        found: npt.NDArray[Kind] = values[self.day, self.reading]
        return found


def stages_of(
    is_over: Flags,
    *,
    wave_level: Floats,
    velocity_rate: Floats,
    quiet_days: Ints,
) -> npt.NDArray[np.intp]:
    """Return each row's stage, as a number in `STAGES`."""
    # Quiet for long without a call: what made the total was over before anyone looked.
    death = (is_over & (wave_level < LIVELY_LEVEL)) | (quiet_days >= QUIET_DAYS)
    rising = (wave_level >= RISING_LEVEL) & (velocity_rate > RISING_RATE)
    return np.select([death, is_over, rising], [3, 2, 0], default=1)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, np.zeros(len(part)), where=whole > 0)


def trailing_mean(values: Floats, known: Flags, days: int) -> Floats:
    """Return the mean of the last days, as far as they are known."""
    values = np.where(known, values, 0)
    total, n = values.copy(), known.astype(float)
    for back in range(1, days):
        total[back:] += values[:-back]
        n[back:] += known[:-back]
    mean: Floats = total / np.maximum(n, 1)
    return mean


def trailing_top(values: Floats, known: Flags, days: int) -> Ints:
    """Return the number of the day with the highest value among the last ones."""
    values = np.where(known, values, -1)
    top = np.zeros(values.shape, np.int64)
    for day in range(len(values)):
        first = max(day - days + 1, 0)
        top[day] = first + values[first : day + 1].argmax(axis=0)
    return top
