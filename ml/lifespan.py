"""How much longer trends go on: survival of the waves seen so far."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from store.tables import HashtagDay

LEAST_ENDED = 5
# The shares still going on at both ends of an interval of 80 %.
INTERVAL = (0.9, 0.1)


@dataclass(frozen=True)
class Lifespan:
    """Kaplan-Meier curve of trends' lengths.

    Attributes
    ----------
    survival : array (n_days,)
        Share of trends that last longer than so many days; empty where too few have
        ended to say.
    """

    survival: npt.NDArray[np.float64]

    @classmethod
    def from_told(cls, told: dict[str, Any]) -> "Lifespan":
        """Return the curve that `told` told of."""
        return cls(np.asarray(told["survival"], dtype=np.float64))

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"survival": self.survival.tolist()}

    def expected_days_left(self, stage: str, trended_days: int) -> float | None:
        """Return how much longer a trend may go on; None where it is over."""
        return None if stage == "Death" else self.days_left(trended_days)

    def interval_days_left(
        self, stage: str, trended_days: int
    ) -> tuple[float | None, float | None]:
        """Return the days that 80 % of trends of this age still had, low and high.

        None where the trend is over, or where that many have not ended yet.
        """
        if stage == "Death":
            return None, None
        low, high = (self.days_left(trended_days, left) for left in INTERVAL)
        return low, high

    def days_left(self, trended_days: int, share: float = 0.5) -> float | None:
        """Return after how many more days a share of trends of this age was left.

        Parameters
        ----------
        share : float
            0-1; the median by default.

        Returns
        -------
        float or None
            None where more than that share still goes on, or none was as old.
        """
        if trended_days >= len(self.survival) or self.survival[trended_days] <= 0:
            return None
        rest = self.survival[trended_days:] / self.survival[trended_days]
        ended = np.flatnonzero(rest <= share + 1e-9)
        return float(ended[0]) if len(ended) else None


def fit_lifespan(
    durations: npt.NDArray[np.int64], event_observed: npt.NDArray[np.bool_]
) -> Lifespan:
    """Fit on the trends' lengths so far; those that go on are censored.

    References
    ----------
    Kaplan and Meier, J. Am. Stat. Assoc. 53, 1958.
    """
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 - who only reads needs none

    if event_observed.sum() < LEAST_ENDED:
        return Lifespan(np.empty(0))
    timeline = np.arange(durations.max() + 1)
    fitted = KaplanMeierFitter().fit(durations, event_observed, timeline=timeline)
    return Lifespan(fitted.survival_function_.to_numpy()[:, 0])


def lifespan_of(waves: Iterable[tuple[int, int, str]]) -> Lifespan:
    """Fit on the newest ``wave``, ``trended_days`` and ``stage`` of each hashtag.

    A hashtag that was never seen to rise (wave 0) has no known beginning: left out.
    """
    seen = [(days, stage) for wave, days, stage in waves if wave > 0]
    durations = np.array([max(days, 1) for days, _ in seen], dtype=np.int64)
    return fit_lifespan(durations, np.array([s == "Death" for _, s in seen], bool))


def stored_lifespan(session: Session) -> Lifespan:
    """Fit on the newest row of each hashtag in ``hashtag_day``, also of those that are
    not observed any more: dead ones rarely are.
    """
    newest = (
        select(col(HashtagDay.hashtag), func.max(col(HashtagDay.day)).label("day"))
        .group_by(col(HashtagDay.hashtag))
        .subquery()
    )
    columns = (HashtagDay.wave, HashtagDay.trended_days, HashtagDay.stage)
    is_newest = and_(
        col(HashtagDay.hashtag) == newest.c.hashtag,
        col(HashtagDay.day) == newest.c.day,
    )
    rows = session.execute(select(*map(col, columns)).join(newest, is_newest))
    return lifespan_of((wave, days, stage) for wave, days, stage in rows)
