"""What a model was trained on, as counts: what is unlike it is told by this alone."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BINS = 10
# A category with a smaller share is counted among the others.
LEAST_SHARE = 0.05
# So far beyond what was seen, as a share of its span, a value is still believed.
SLACK = 0.1


@dataclass(frozen=True)
class Distribution:
    """How one column was distributed.

    Attributes
    ----------
    edges : list of float
        Rising; a bin reaches from above one edge up to and including the next.
    shares : list of float
        Of each bin, with those below and above all edges, and last of missing values;
        0-1.
    n : int
        Rows behind the shares.
    least, most : float, optional
        The range of the finite values; none where there were none.
    """

    edges: list[float]
    shares: list[float]
    n: int
    least: float | None
    most: float | None

    @classmethod
    def fitted(cls, column: Floats, *, categorical: bool = False) -> "Distribution":
        """Return the distribution of a column (n_rows,), NaN where it is missing."""
        column = np.sort(column)
        known = column[np.isfinite(column)]
        edges = (_category_edges if categorical else _quantile_edges)(known)
        counts = _counts(edges, column)
        return cls(
            edges.tolist(),
            (counts / max(len(column), 1)).tolist(),
            len(column),
            float(known[0]) if len(known) else None,
            float(known[-1]) if len(known) else None,
        )

    def counts(self, column: Floats) -> npt.NDArray[np.int64]:
        """Return how many values of another column lie in each bin."""
        return _counts(np.array(self.edges), np.sort(column))

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what a value is believed; what never was negative can't be."""
        if self.least is None or self.most is None:
            return -np.finfo(np.float64).max, np.finfo(np.float64).max
        slack = SLACK * (self.most - self.least)
        low = self.least - slack
        return max(low, 0.0) if self.least >= 0 else low, self.most + slack


@dataclass(frozen=True)
class Reference:
    """What the rows and the scores of training looked like.

    Attributes
    ----------
    features : dict
        Feature -> its distribution, in the matrix's order.
    score : Distribution
        Of raw scores of rows that the trees have not seen.
    """

    features: dict[str, Distribution]
    score: Distribution

    @classmethod
    def fitted(
        cls,
        names: list[str],
        matrix: Floats,
        scores: Floats,
        categorical: Collection[str] = (),
    ) -> "Reference":
        """Describe X (n_rows, n_features) and scores (n_scores,)."""
        features = {
            name: Distribution.fitted(column, categorical=name in categorical)
            for name, column in zip(names, matrix.T, strict=True)
        }
        return cls(features, Distribution.fitted(scores))

    def outside(self, matrix: Floats) -> npt.NDArray[np.bool_]:
        """Tell which values training saw nothing like, (n_rows, n_features).

        That is one a tenth of the span beyond the range, an infinite one, a negative
        one where there was none, or a category that was never seen.
        """
        low, high = self._bounds
        return np.asarray((matrix < low) | (matrix > high))

    def unusual(self, matrix: Floats) -> npt.NDArray[np.bool_]:
        """Tell which rows hold such a value, (n_rows,)."""
        return np.asarray(self.outside(matrix).any(axis=1))

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Reference":
        """Return what `as_dict` was made of."""
        features = {n: Distribution(**d) for n, d in content["features"].items()}
        return cls(features, Distribution(**content["score"]))

    @cached_property
    def _bounds(self) -> tuple[Floats, Floats]:
        low, high = zip(*(each.bounds for each in self.features.values()), strict=True)
        return np.array(low), np.array(high)


def _quantile_edges(known: Floats) -> Floats:
    if not len(known):
        return np.empty(0)
    # As np.quantile would find them, which sorts what is sorted here.
    deciles = known[(np.arange(1, BINS + 1) * (len(known) - 1)) // BINS]
    # The first and the last bin are empty: they are for what lies beyond the range.
    edges: Floats = np.unique([np.nextafter(known[0], -np.inf), *deciles])
    return edges


def _category_edges(known: Floats) -> Floats:
    # Codes rank by frequency, so the frequent ones come first; -1 was never seen.
    codes, counts = np.unique(known, return_counts=True)
    kept = codes[(counts >= LEAST_SHARE * len(known)) & (codes >= 0)]
    return np.arange(-0.5, len(kept)) if len(kept) else np.empty(0)


def _counts(edges: Floats, ordered: Floats) -> npt.NDArray[np.int64]:
    # NaN is sorted to the end.
    present = len(ordered) - int(np.isnan(ordered).sum())
    upto = np.searchsorted(ordered[:present], edges, side="right")
    return np.diff(np.concatenate([[0], upto, [present, len(ordered)]]))
