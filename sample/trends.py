"""Hashtag waves of the made-up market: real views, bought views, videos."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WEEK = 7


@dataclass(frozen=True)
class Trends:
    """Views of every hashtag on every day.

    Attributes
    ----------
    real, bots : array (n_hashtags, n_days)
        Views a day by people and by machines.
    """

    real: Floats
    bots: Floats

    @property
    def total(self) -> Floats:
        """Views so far at the end of each day, machines included."""
        total: Floats = np.cumsum(self.real + self.bots, axis=1)
        return total

    @property
    def smooth(self) -> Floats:
        """Mean real views of the last 7 days, as known at the end of each day."""
        padded = np.pad(self.real, ((0, 0), (WEEK, 0)), mode="edge").cumsum(axis=1)
        smooth: Floats = (padded[:, WEEK:] - padded[:, :-WEEK]) / WEEK
        return smooth

    @property
    def level(self) -> Floats:
        """`smooth` as a share of its highest value so far."""
        smooth = self.smooth
        level: Floats = smooth / np.maximum.accumulate(smooth, axis=1)
        return level

    @property
    def heat(self) -> Floats:
        """`smooth` as a share of its highest value ever: not known at the time."""
        smooth = self.smooth
        heat: Floats = smooth / smooth.max(axis=1, keepdims=True)
        return heat

    @property
    def days_since_peak(self) -> npt.NDArray[np.int64]:
        """Days since the highest value of `smooth` so far."""
        smooth = self.smooth
        days = np.arange(smooth.shape[1])
        is_peak = smooth >= np.maximum.accumulate(smooth, axis=1)
        peak_day = np.maximum.accumulate(np.where(is_peak, days, 0), axis=1)
        since: npt.NDArray[np.int64] = days - peak_day
        return since


def make_trends(rng: np.random.Generator, n_hashtags: int, n_days: int) -> Trends:
    """Draw a wave, often a second one, and here and there a bot campaign."""
    days: Floats = np.arange(n_days, dtype=float)
    shape = _wave(rng, days, rng.uniform(0, n_days + 60, n_hashtags))
    again = rng.uniform(60, 160, n_hashtags) + rng.uniform(0, n_days, n_hashtags)
    second = rng.random(n_hashtags) < 0.25
    height = np.where(second, rng.uniform(0.3, 0.8, n_hashtags), 0)
    shape += height[:, None] * _wave(rng, days, again)
    peak_views = rng.lognormal(np.log(400_000), 1.1, (n_hashtags, 1))
    week = 1 + 0.15 * np.sin(2 * np.pi * (days / WEEK + rng.random((n_hashtags, 1))))
    noise = rng.lognormal(0, 0.12, (n_hashtags, n_days))
    real = peak_views * (shape + 0.02) * week * noise
    return Trends(real, real * _campaigns(rng, n_hashtags, days))


def _wave(rng: np.random.Generator, days: Floats, peak: Floats) -> Floats:
    rise = rng.uniform(5, 16, (len(peak), 1))
    half_life = rng.lognormal(np.log(12), 0.5, (len(peak), 1))
    after = days[None, :] - peak[:, None]
    falling: Floats = 0.5 ** (np.maximum(after, 0) / half_life)
    wave: Floats = np.where(after < 0, np.exp(-2 * (after / rise) ** 2), falling)
    return wave


def _campaigns(rng: np.random.Generator, n_hashtags: int, days: Floats) -> Floats:
    share = rng.uniform(0, 0.03, (n_hashtags, 1)) * np.ones(len(days))
    for hashtag in np.flatnonzero(rng.random(n_hashtags) < 0.15):
        start = rng.integers(0, len(days))
        length = rng.integers(15, 60)
        share[hashtag, start : start + length] += rng.uniform(0.5, 2.0)
    return share
