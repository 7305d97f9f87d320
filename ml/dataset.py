"""The linked dataset: orders with what was known the day before, and their labels."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Dataset:
    """Orders whose return window has passed, in order of time.

    Attributes
    ----------
    rows : pyarrow.Table
        Features, as `daily/order_features.sql` describes them.
    y : array (n_orders,)
        1 regretted, 0 not; in between where a return gave no reason.
    coded : array (n_orders,) of bool
        Whether `y` is known: only these measure quality.
    returned_on : array (n_orders,) of datetime64[D]
        The day it came back, NaT where it did not.
    target : str
        ``regret``, or ``returned`` where no return has a reason.
    """

    rows: pa.Table
    y: Floats
    coded: npt.NDArray[np.bool_]
    returned_on: npt.NDArray[np.datetime64]
    target: str

    @property
    def days(self) -> npt.NDArray[np.datetime64]:
        """Purchase days (n_orders,)."""
        days: npt.NDArray[np.datetime64] = self.rows["purchased_on"].to_numpy()
        return days

    @property
    def span(self) -> tuple[date, date]:
        """First and last purchase day."""
        days = self.days
        return days[0].astype(date), days[-1].astype(date)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Dataset":
        """Return the orders that `mask` picks."""
        return replace(
            self,
            rows=self.rows.filter(pa.array(mask)),
            y=self.y[mask],
            coded=self.coded[mask],
            returned_on=self.returned_on[mask],
        )

    def between(self, first: date, end: date) -> "Dataset":
        """Return the orders from `first` up to, not including, `end`."""
        days = self.days
        return self.where((days >= np.datetime64(first)) & (days < np.datetime64(end)))

    def as_known(self, end: date) -> "Dataset":
        """Return the orders with the outcomes known when `end` began: what came back
        later had not.
        """
        later = self.returned_on >= np.datetime64(end)
        return replace(
            self,
            y=np.where(later, 0.0, self.y),
            coded=self.coded | later,
            returned_on=np.where(later, np.datetime64("NaT"), self.returned_on),
        )

    @property
    def coding_weight(self) -> Floats:
        """Weights (n_orders,) that let coded returns stand for the silent ones too.

        To leave silent returns out makes regret look rarer than it is; so coded ones
        weigh as much more as returns are more than coded ones.

        References
        ----------
        Horvitz and Thompson, J. Am. Stat. Assoc. 47, 1952.
        """
        returned = ~np.isnat(self.returned_on)
        told = returned & self.coded
        share = told.sum() / max(1, returned.sum())
        weight: Floats = np.where(told, 1 / max(share, 1e-9), 1.0)
        weight[~self.coded] = 0
        return weight


def split_days(first: date, last: date, *shares: float) -> list[date]:
    """Return the days that cut a span at shares of its length.

    >>> split_days(date(2026, 1, 1), date(2026, 1, 11), 0.5)
    [datetime.date(2026, 1, 6)]
    """
    length = (last - first).days
    return [first + timedelta(days=round(length * share)) for share in shares]
