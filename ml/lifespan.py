"""How much longer trends go on: survival of all trends seen so far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from lifelines import KaplanMeierFitter
from sqlalchemy import func, select
from sqlmodel import Session, col

from store.tables import HashtagDay

LEAST_ENDED = 5


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

    def expected_days_left(self, stage: str, trended_days: int) -> float | None:
        """Return how much longer a trend may go on; None where it is over."""
        return None if stage == "Death" else self.days_left(trended_days)

    def days_left(self, trended_days: int) -> float | None:
        """Return the median of the days that trends of this age still had.

        None where fewer than half of them have ended yet, or none was as old.
        """
        if trended_days >= len(self.survival) or self.survival[trended_days] <= 0:
            return None
        rest = self.survival[trended_days:] / self.survival[trended_days]
        ended = np.flatnonzero(rest <= 0.5 + 1e-9)
        return float(ended[0]) if len(ended) else None


def fit_lifespan(
    durations: npt.NDArray[np.int64], event_observed: npt.NDArray[np.bool_]
) -> Lifespan:
    """Fit on the trends' lengths so far; those that go on are censored.

    References
    ----------
    Kaplan and Meier, J. Am. Stat. Assoc. 53, 1958.
    """
    if event_observed.sum() < LEAST_ENDED:
        return Lifespan(np.empty(0))
    timeline = np.arange(durations.max() + 1)
    fitted = KaplanMeierFitter().fit(durations, event_observed, timeline=timeline)
    return Lifespan(fitted.survival_function_.to_numpy()[:, 0])


def lifespan_of(trends: Iterable[tuple[int, str]]) -> Lifespan:
    """Fit on the newest ``trended_days`` and ``stage`` of each hashtag."""
    lengths, stages = np.array(list(trends), dtype=object).reshape(-1, 2).T
    durations = np.maximum(lengths.astype(np.int64), 1)
    return fit_lifespan(durations, stages == "Death")


def stored_lifespan(session: Session) -> Lifespan:
    """Fit on the newest day of ``hashtag_day``."""
    newest = select(func.max(HashtagDay.day)).scalar_subquery()
    rows = session.execute(
        select(col(HashtagDay.trended_days), col(HashtagDay.stage)).where(
            col(HashtagDay.day) == newest
        )
    )
    return lifespan_of((length, stage) for length, stage in rows)
