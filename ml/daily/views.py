"""From totals as a site shows them, rounded and with gaps, to views a day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY_SECONDS = 86_400.0
# Over less than this, rounding is larger than growth.
LEAST_SECONDS = 20 * 3_600.0
WEEK_SECONDS = 7 * DAY_SECONDS
TENS = 10 ** np.arange(1, 19)


@dataclass(frozen=True)
class Totals:
    """Totals of series by day.

    Attributes
    ----------
    view_count : array (n_days, n_series)
        The day's total; -1 where none was seen.
    seconds : array (n_days, n_series)
        When it was seen.
    """

    view_count: Ints
    seconds: Floats


@dataclass(frozen=True)
class Views:
    """Views as of each day's end; all arrays are (n_days, n_series).

    Attributes
    ----------
    known : array
        Whether there is a rate yet: two totals at least 20 hours apart.
    newest : array
        Number of the day whose total is the newest.
    view_count : array
        That total; a lower one counts once it has stood for three days.
    daily, weekly : array
        Views a day up to then, of the newest step and the mean of seven days.
    """

    known: Flags
    newest: Ints
    view_count: Ints
    daily: Floats
    weekly: Floats


def views_of(totals: Totals) -> Views:
    """Return views a day; those of a day use nothing after it."""
    held = held_totals(totals.view_count)
    seen = totals.view_count >= 0
    steps = _Steps(held)
    known = np.zeros(held.shape, bool)
    newest = np.zeros(held.shape, np.int64)
    daily, weekly = np.zeros(held.shape), np.zeros(held.shape)
    for day, at in enumerate(totals.seconds):
        if day:
            for column in (known, newest, daily, weekly):
                column[day] = column[day - 1]
        steps.add(day, at, seen[day])
        ready = seen[day] & (at >= steps.first_at + LEAST_SECONDS)
        index = np.flatnonzero(ready)
        known[day, index], newest[day, index] = True, day
        daily[day, index], weekly[day, index] = steps.rates(at, index)
    view_count = np.take_along_axis(held, newest, axis=0)
    return Views(known, newest, view_count, daily, weekly)


def held_totals(view_count: Ints) -> Ints:
    """Return the highest total of the last three days."""
    held = view_count.copy()
    for back in range(1, min(3, len(view_count))):
        held[back:] = np.maximum(held[back:], view_count[:-back])
    return held


def digits_and_zeros(numbers: Ints) -> tuple[Ints, Ints]:
    """Return how many digits each number has, and how many zeros it ends in."""
    zeros = (numbers == 0).astype(np.int64)
    rest = np.flatnonzero(numbers)
    for ten in TENS:
        rest = rest[numbers.flat[rest] % ten == 0]
        if not len(rest):
            break
        zeros.flat[rest] += 1
    return np.searchsorted(TENS, numbers, side="right") + 1, zeros


class _Steps:
    """The days on which a higher total was first seen, as they come.

    Attributes
    ----------
    first_at : array (n_series,)
        When the first total was seen.
    """

    def __init__(self, held: Ints) -> None:
        n_days, n_series = held.shape
        self._held = held
        self._digits, zeros = digits_and_zeros(held)
        self._finest = 100 * self._digits - zeros
        self._all = np.arange(n_series)
        self.first_at = np.full(n_series, np.inf)
        self._last = np.zeros(n_series, np.int64)
        self._count = np.zeros(n_series, np.int64)
        self._views_now = np.zeros(n_series)
        # Of each step: when, the views since the first total, their rate, the rounding.
        self._at = np.full((n_days + 1, n_series), np.inf)
        self._views = np.zeros((n_days + 1, n_series))
        self._rate = np.zeros(n_series)
        self._unit = np.ones(n_series)
        self._last_20 = np.zeros((20, n_series), np.int64)
        self._older = np.zeros(n_series, np.int64)

    def add(self, day: int, at: Floats, seen: Flags) -> None:
        """Take in a day's totals."""
        first = seen & np.isinf(self.first_at)
        change = np.where(first, 0, self._held[day] - self._last)
        self.first_at[first] = at[first]
        self._last[seen] = self._held[day, seen]
        new = np.flatnonzero(first | (seen & (change > 0)))
        if not len(new):
            return
        self._views_now[new] += change[new]
        count = self._count[new]
        self._at[count, new], self._views[count, new] = at[new], self._views_now[new]
        self._last_20[count % 20, new] = self._finest[day, new]
        self._count[new] += 1
        self._rate[new] = self._newest_rate(new, count)
        # How coarsely the site rounds: the zeros that all of the last 20 totals of as
        # many digits end in. Two digits are shown at least.
        digits = self._digits[day, new]
        common = 100 * digits - self._last_20[:, new].max(axis=0)
        self._unit[new] = 10.0 ** np.clip(np.minimum(digits - 2, common), 0, None)

    def _newest_rate(self, series: Ints, number: Ints) -> Floats:
        """Return views a day since the newest step that is at least 20 hours older."""
        at, views = self._at[number, series], self._views[number, series]
        # With one step a day at most, it is one of the last two.
        older = number - 1
        near = (older > 0) & (at - self._at[older, series] < LEAST_SECONDS)
        older = np.maximum(older - near, 0)
        seconds = at - self._at[older, series]
        grown = views - self._views[older, series]
        per_second = np.divide(grown, seconds, np.zeros(len(at)), where=seconds > 0)
        rate: Floats = DAY_SECONDS * per_second
        return rate

    def rates(self, at: Floats, series: Ints) -> tuple[Floats, Floats]:
        """Return views a day at a moment, and the mean of the seven days before."""
        now = at[series]
        number = self._count[series] - 1
        step_at = self._at[number, series]
        standing_days = (now - step_at) / DAY_SECONDS
        # Where a rounded total stands still, views went on, but less than one unit.
        most = np.divide(
            self._unit[series],
            standing_days,
            np.full(len(series), np.inf),
            where=standing_days > 0,
        )
        daily = np.minimum(self._rate[series], most)
        views = self._views[number, series] + daily * standing_days
        begin = np.maximum(now - WEEK_SECONDS, self.first_at[series])
        grown = views - self._views_at(begin, series)
        days = (now - begin) / DAY_SECONDS
        weekly = np.where(standing_days >= 7, daily, grown / days)
        return daily, np.maximum(weekly, 0)

    def _views_at(self, at: Floats, series: Ints) -> Floats:
        """Return the views at a moment on the line between the steps around it."""
        older = self._older[series]
        while np.any(move := self._at[older + 1, series] <= at):
            older += move
        self._older[series] = older
        low_at, high_at = self._at[older, series], self._at[older + 1, series]
        low, high = self._views[older, series], self._views[older + 1, series]
        share = np.where(np.isinf(high_at), 0, (at - low_at) / (high_at - low_at))
        found: Floats = low + (high - low) * share
        return found
