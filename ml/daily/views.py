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
    looks = _Looks(totals, held)
    # Once there is a rate, there is one on: at the newest total, until the next.
    ready = np.flatnonzero(looks.at >= looks.first_at + LEAST_SECONDS)
    day, series = looks.day[ready], looks.series[ready]
    newest = np.full(held.shape, -1)
    newest[day, series] = day
    newest = np.maximum.accumulate(newest, axis=0)
    known, newest = newest >= 0, np.maximum(newest, 0)
    columns = []
    for rates in _Steps(looks).rates(ready):
        column = np.zeros(held.shape)
        column[day, series] = rates
        columns.append(np.take_along_axis(column, newest, axis=0))
    return Views(known, newest, np.take_along_axis(held, newest, axis=0), *columns)


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
        rest = rest[numbers[rest] % ten == 0]
        if not len(rest):
            break
        zeros[rest] += 1
    return np.searchsorted(TENS, numbers, side="right") + 1, zeros


class _Looks:
    """The totals that were seen, series after series, in order of time.

    Attributes
    ----------
    series, day, held : array (n_looks,)
        Whose it is, of which day, and the highest total of the last three days.
    at : array (n_looks,)
        When it was seen, in seconds.
    first, first_at : array (n_looks,)
        Number of the series' first look, and when that was.
    grown : array (n_looks,)
        By how much the total is higher than at the look before; 0 where it is not.
    is_step : array (n_looks,)
        Whether it is higher, or the first.
    """

    def __init__(self, totals: Totals, held: Ints) -> None:
        self.series, self.day = np.nonzero(totals.view_count.T >= 0)
        self.at = totals.seconds[self.day, self.series]
        self.held = held[self.day, self.series]
        number = np.arange(len(self.series))
        is_first = np.diff(self.series, prepend=-1) > 0
        self.first = np.maximum.accumulate(np.where(is_first, number, 0))
        self.first_at = self.at[self.first]
        change = np.where(is_first, 0, np.diff(self.held, prepend=0))
        self.grown = np.maximum(change, 0)
        self.is_step = is_first | (change > 0)


class _Steps:
    """The looks at which a higher total was first seen: when that was, the views since
    the first total, their rate, and how coarsely the site rounds.
    """

    def __init__(self, looks: _Looks) -> None:
        at_look = np.flatnonzero(looks.is_step)
        self._looks = looks
        # The newest step as of each look, and the series' first one.
        self._of_look = np.cumsum(looks.is_step) - 1
        self._first = self._of_look[looks.first[at_look]]
        self._series, self._at = looks.series[at_look], looks.at[at_look]
        views = np.cumsum(looks.grown)
        self._views = (views - views[looks.first])[at_look].astype(float)
        self._number = np.arange(len(at_look)) - self._first
        self._rate = self._rates()
        self._unit = self._units(looks.held[at_look])

    def _rates(self) -> Floats:
        """Return views a day since the newest step that is at least 20 hours older."""
        this = np.arange(len(self._at))
        # With one step a day at most, it is one of the last two.
        older = np.maximum(this - 1, self._first)
        near = (self._number > 1) & (self._at - self._at[older] < LEAST_SECONDS)
        older = older - near
        seconds = self._at - self._at[older]
        grown = self._views - self._views[older]
        per_second = np.divide(grown, seconds, np.zeros(len(this)), where=seconds > 0)
        rate: Floats = DAY_SECONDS * per_second
        return rate

    def _units(self, held: Ints) -> Floats:
        """Return to what each total is rounded: the zeros that all of the last 20
        totals of as many digits end in. Two digits are shown at least.
        """
        digits, zeros = digits_and_zeros(held)
        finest = 100 * digits - zeros
        # Of the last 2, 4, 8, 16 and 20.
        for back in (1, 2, 4, 8, 4):
            before = np.where(self._number >= back, np.roll(finest, back), 0)
            finest = np.maximum(finest, before)
        common = 100 * digits - finest
        unit: Floats = 10.0 ** np.clip(np.minimum(digits - 2, common), 0, None)
        return unit

    def rates(self, looks: Ints) -> tuple[Floats, Floats]:
        """Return views a day at those looks, and the mean of the seven days before."""
        now = self._looks.at[looks]
        step = self._of_look[looks]
        standing_days = (now - self._at[step]) / DAY_SECONDS
        # Where a rounded total stands still, views went on, but less than one unit.
        most = np.divide(
            self._unit[step],
            standing_days,
            np.full(len(looks), np.inf),
            where=standing_days > 0,
        )
        daily = np.minimum(self._rate[step], most)
        views = self._views[step] + daily * standing_days
        begin = np.maximum(now - WEEK_SECONDS, self._looks.first_at[looks])
        grown = views - self._views_at(begin, looks)
        days = (now - begin) / DAY_SECONDS
        weekly = np.where(standing_days >= 7, daily, grown / days)
        return daily, np.maximum(weekly, 0)

    def _views_at(self, at: Floats, looks: Ints) -> Floats:
        """Return the views at moments before looks, on the line between the steps
        around each; after the newest step as of a look they are as at that one.
        """
        at = np.minimum(at, self._at[self._of_look[looks]])
        found = np.empty(len(at))
        series = self._looks.series[looks]
        for one in np.unique(series):
            asked = slice(*np.searchsorted(series, [one, one + 1]))
            steps = slice(*np.searchsorted(self._series, [one, one + 1]))
            found[asked] = np.interp(at[asked], self._at[steps], self._views[steps])
        return found
