"""From a booster's raw score to a calibrated probability with its interval."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.stats import beta
from sklearn.isotonic import IsotonicRegression

Floats = npt.NDArray[np.float64]
Knots = Floats | list[float]
LEAST_BLOCK = 150
INTERVAL = 0.90


@dataclass(frozen=True)
class Calibration:
    """An isotonic map from score to probability, straight between its knots.

    Attributes
    ----------
    score, probability, low, high : array (n_knots,)
        Knots, all rising; `low` and `high` bound the mean of rows with that score with
        90 % (Jeffreys) probability.
    """

    score: Knots
    probability: Knots
    low: Knots
    high: Knots

    def __post_init__(self) -> None:
        # As arrays: interpolating on lists would turn them into such on every call.
        for each in fields(self):
            knots = np.asarray(getattr(self, each.name), dtype=np.float64)
            object.__setattr__(self, each.name, knots)

    def __call__(self, score: Floats) -> tuple[Floats, Floats, Floats]:
        """Return probability, low and high, each (n_rows,)."""
        return (
            np.interp(score, self.score, self.probability),
            np.interp(score, self.score, self.low),
            np.interp(score, self.score, self.high),
        )

    def as_dict(self) -> dict[str, list[float]]:
        """Return it as plain values."""
        return {
            f.name: np.asarray(getattr(self, f.name)).tolist() for f in fields(self)
        }


def fit_calibration(
    score: Floats, y: Floats, weight: Floats | None = None
) -> Calibration:
    """Fit on rows the trees have not seen.

    Parameters
    ----------
    score : array (n_rows,)
        Raw scores.
    y : array (n_rows,)
        Outcomes, 0-1.
    weight : array (n_rows,), optional
        As how many rows each counts; the interval is that of Kish's effective number.

    References
    ----------
    Zadrozny and Elkan, KDD 2002 (isotonic); Brown, Cai and DasGupta, Statist. Sci.
    16(2), 2001 (Jeffreys interval).
    """
    order = np.argsort(score, kind="stable")
    score, y = score[order], y[order]
    weight = np.ones(len(y)) if weight is None else weight[order]
    isotonic = IsotonicRegression(y_min=0, y_max=1)
    fitted = isotonic.fit_transform(score, y, sample_weight=weight)
    starts = _block_starts(fitted, score)
    total = np.add.reduceat(weight, starts)
    rate = np.add.reduceat(weight * y, starts) / total
    count = total**2 / np.add.reduceat(weight**2, starts)
    hits = rate * count
    tail = (1 - INTERVAL) / 2
    low = beta.ppf(tail, hits + 0.5, count - hits + 0.5)
    high = beta.ppf(1 - tail, hits + 0.5, count - hits + 0.5)
    knots = {
        "score": np.add.reduceat(weight * score, starts) / total,
        # One row at the mean rate stands beside: nothing is impossible, nothing sure.
        "probability": (hits + np.average(y, weights=weight)) / (count + 1),
        "low": low,
        "high": high,
    }
    return Calibration(**{n: np.maximum.accumulate(k) for n, k in knots.items()})


def _block_starts(fitted: Floats, score: Floats) -> npt.NDArray[np.int64]:
    # Where the isotonic steps begin, small steps joined until they hold enough rows to
    # say something; long flat ones are cut, so that scores within stay apart.
    least = min(LEAST_BLOCK, max(10, len(score) // 10))
    steps = np.flatnonzero(np.diff(fitted, prepend=-1) > 0)
    starts = [0]
    for step in steps[1:]:
        if step - starts[-1] >= least and len(score) - step >= least:
            starts.append(int(step))
    return np.array(starts)
