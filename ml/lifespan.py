"""How much longer trends go on: survival of all trends seen so far."""

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


def stored_lifespan(session: Session) -> Lifespan:
    """Fit on the newest day of ``hashtag_day``."""
    newest = select(func.max(HashtagDay.day)).scalar_subquery()
    rows = session.execute(
        select(col(HashtagDay.trended_days), col(HashtagDay.stage)).where(
            col(HashtagDay.day) == newest
        )
    ).all()
    return fit_lifespan(
        np.array([max(1, length) for length, _ in rows], dtype=np.int64),
        np.array([stage == "Death" for _, stage in rows], dtype=bool),
    )
