"""Waves in views a day: where one begins, its peak, and when that is called over."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.daily.views import Flags, Floats, Ints

# Bounds chosen on the even lines of the Twitter series; `bench/signals/hashtags.py`
# reports the odd ones.
RISE = 2.0
FALLEN_LEVEL, STAND_OUT = 0.6, 4.0
HALF_LEVEL, HALF_DAYS = 0.5, 28
LIVELY_LEVEL = 0.1
DEVIATIONS = 4.0


@dataclass(frozen=True)
class Waves:
    """Where each series stands at each day's end; arrays are (n_days, n_series).

    Attributes
    ----------
    wave : array
        Number of the wave, 0 before the first.
    is_over : array
        Whether its peak is called.
    peak_views, wave_peak_views : array
        Highest views a day of all and of the wave so far.
    peak_day : array
        Number of the day of the wave's peak.
    trended_days : array
        Days from the wave's beginning to the last at a tenth of its peak.
    quiet_days : array
        Days in a row, up to this one, with less than a view.
    """

    wave: Ints
    is_over: Flags
    peak_views: Floats
    wave_peak_views: Floats
    peak_day: Ints
    trended_days: Ints
    quiet_days: Ints


def waves_of(known: Flags, smooth: Floats, recent: Floats, top_day: Ints) -> Waves:
    """Follow each series from its first known day on; a day uses nothing after it.

    Parameters
    ----------
    known : array (n_days, n_series)
        Whether there are views yet; once there are, there are on.
    smooth, recent : array (n_days, n_series)
        Mean views a day of the last seven days, and of the last three.
    top_day : array (n_days, n_series)
        Number of the day with the most views among the last seven.
    """
    walk = _Walk(smooth.shape[1])
    days = [
        walk.step(day, known[day], smooth[day], recent[day], top_day[day])
        for day in range(len(smooth))
    ]
    return Waves(*(np.array([getattr(d, f.name) for d in days]) for f in fields(Waves)))


def stands_out(views: Floats, base: Floats) -> Flags:
    """Return whether a week's mean is over another by more than counting explains.

    The square root of a count has a standard deviation of a half, whatever the count.

    References
    ----------
    Anscombe, The transformation of Poisson, binomial and negative-binomial data,
    Biometrika 35, 1948.
    """
    over = np.sqrt(7 * views + 0.375) - np.sqrt(7 * base + 0.375)
    found: Flags = over >= DEVIATIONS * np.sqrt(0.5)
    return found


class _Walk:
    """The state that a day hands to the next.

    Attributes
    ----------
    total, n, low : array (n_series,)
        Sum, number and lowest of the days since the last call, or the first day.
    high : array (n_series,)
        Highest of this wave.
    """

    def __init__(self, n_series: int) -> None:
        def empty(kind: type = float) -> npt.NDArray[Any]:
            return np.zeros(n_series, kind)

        self.begun = empty(bool)
        self.total, self.n, self.low, self.high = (empty() for _ in range(4))
        self.under_days, self.quiet_days = empty(int), empty(int)
        self.wave, self.is_over, self.peak = empty(int), empty(bool), empty()
        self.peak_day, self.start_day, self.lively_day = (empty(int) for _ in range(3))

    def step(
        self, day: int, known: Flags, views: Floats, recent: Floats, top_day: Ints
    ) -> Waves:
        """Take in a day; return where all stand at its end."""
        first = known & ~self.begun
        self.begun = known
        rises = ~first & self._rises(views)
        tops = ~first & ~rises & (views >= self.high)
        ends = ~first & ~rises & ~tops & self._ends(views, recent)
        goes_on = ~first & ~rises & ~tops & ~ends
        starts, new_top = first | rises, first | rises | (views > self.high)
        self.high = np.where(starts | tops, views, self.high)
        self._gather(first | ends, goes_on, views)
        self.wave = self.wave + rises
        self.is_over = (self.is_over | ends) & ~rises & ~tops
        self.peak = np.maximum(self.peak, views)
        self.peak_day = np.where(new_top, top_day, self.peak_day)
        self.start_day = np.where(starts, day, self.start_day)
        lively = (views > 0) & (views >= LIVELY_LEVEL * self.high)
        before = np.where(starts, day - 1, self.lively_day)
        self.lively_day = np.where(lively, day, before)
        self.quiet_days = np.where(known & (views < 1), self.quiet_days + 1, 0)
        return self._now()

    def _rises(self, views: Floats) -> Flags:
        """Return where a wave begins: a multiple of the lowest, and over the usual."""
        high = (views >= RISE * self.low) & (views * self.n >= self.total)
        found: Flags = high & stands_out(views, self.low)
        found &= self.is_over | (self.wave == 0)
        return found

    def _ends(self, views: Floats, recent: Floats) -> Flags:
        """Return where a peak is over: well under one that stood out of what was
        before, or long under half.
        """
        # Of what was before a first wave little is known.
        usual = np.divide(self.total, self.n, np.zeros(len(views)), where=self.n > 0)
        base = np.where(self.wave > 1, self.low, usual)
        stood_out = (self.high >= STAND_OUT * base) & stands_out(self.high, base)
        fell = (recent < FALLEN_LEVEL * self.high) & stood_out
        under = (views < HALF_LEVEL * self.high) & stands_out(self.high, views)
        long_under = under & (self.under_days >= HALF_DAYS - 1)
        found: Flags = ~self.is_over & (fell | long_under)
        return found

    def _gather(self, anew: Flags, goes_on: Flags, views: Floats) -> None:
        """Bring up to date what the next day is held against."""
        self.total = np.where(anew, views, self.total + views)
        self.n = np.where(anew, 1, self.n + 1)
        lower = goes_on & (views < self.low)
        self.low = np.where(anew | lower, views, self.low)
        under = goes_on & (views < HALF_LEVEL * self.high)
        self.under_days = np.where(under, self.under_days + 1, 0)

    def _now(self) -> Waves:
        return Waves(
            self.wave,
            self.is_over,
            self.peak,
            self.high,
            self.peak_day,
            self.lively_day - self.start_day + 1,
            self.quiet_days,
        )
