"""Drift: whether what is asked now still looks like what the model was trained on."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from ml.monitoring.reference import Distribution, Reference

Floats = npt.NDArray[np.float64]
# Chance of one false alarm or more in a whole check.
ALPHA = 0.05
# A shift that is sure and yet smaller changes no decision.
LEAST_PSI = 0.1
LEAST_ROWS = 200
SCORE = "score"


@dataclass(frozen=True)
class Drift:
    """How far one column has moved.

    Attributes
    ----------
    feature : str
        Which, or ``score``.
    psi : float
        Population stability index against the training's rows, 0 and more.
    threshold : float
        Above it, it is an alarm.
    n : int
        New rows behind it.
    """

    feature: str
    psi: float
    threshold: float
    n: int

    @property
    def drifted(self) -> bool:
        """Whether this is an alarm."""
        return self.psi > self.threshold

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"drifted": self.drifted}


def find_drift(reference: Reference, matrix: Floats, scores: Floats) -> list[Drift]:
    """Compare new rows with the reference, feature by feature, and their scores.

    Parameters
    ----------
    matrix : array (n_rows, n_features)
        In the reference's order.
    scores : array (n_rows,)
        Raw scores of the same rows.

    Returns
    -------
    list of Drift
        The furthest first; empty where there are fewer than 200 rows.
    """
    if len(matrix) < LEAST_ROWS:
        return []
    pairs = [*zip(reference.features.items(), matrix.T, strict=True)]
    pairs.append(((SCORE, reference.score), scores))
    alpha = ALPHA / len(pairs)
    found = [_drift(name, known, column, alpha) for (name, known), column in pairs]
    return sorted(found, key=lambda each: -each.psi)


def stability_index(reference: Distribution, column: Floats) -> tuple[float, int]:
    """Return the population stability index of new values, and its degrees of freedom.

    Half a row is added to every bin, so that an empty one does not make it infinite.

    References
    ----------
    Siddiqi, Credit Risk Scorecards, Wiley 2006.
    """
    new = reference.counts(column).astype(float)
    old = np.array(reference.shares) * reference.n
    used = (new + old) > 0
    new, old = new[used] + 0.5, old[used] + 0.5
    p, q = new / new.sum(), old / old.sum()
    return float(((p - q) * np.log(p / q)).sum()), int(used.sum()) - 1


def _drift(name: str, reference: Distribution, column: Floats, alpha: float) -> Drift:
    index, freedom = stability_index(reference, column)
    threshold = LEAST_PSI
    if freedom and reference.n:
        # Without drift the index is a chi-square over the samples' sizes: Yurdakul,
        # Statistical Properties of Population Stability Index, WMU 2018.
        noise = chi2.ppf(1 - alpha, freedom) * (1 / reference.n + 1 / len(column))
        threshold = max(threshold, float(noise))
    return Drift(name, index, threshold, len(column))
