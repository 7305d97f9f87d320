"""From a booster's raw score to a calibrated probability with its interval."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import beta
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float64]
Knots = Floats | list[float]
LEAST_BLOCK = 150
LEAST_HITS = 10
INTERVAL = 0.90
# Rows are cut into so many periods, and these into so many groups by risk.
PERIODS = 4
RISK_GROUPS = 5
LEAST_CELL = 20
# As so many rows, a logistic curve through all of them stands beside each step: one of
# few rows is mostly chance. More did slightly better on sample markets 1 to 6, whose
# truth is nearly such a curve, and blurred one that jumps.
CURVE_ROWS = 250
# As no more than this share of the other steps' rows: a line fitted to rows knows as
# much as 1 / (1 + z^2) of them, here z = 1.7 deviations from their middle.
CURVE_SHARE = 0.25
KNOTS = 200
# Log-odds that a rate may be off in another month, whatever these few months say.
LEAST_DRIFT = 0.1


@dataclass(frozen=True)
class Calibration:
    """A rising map from score to probability, straight between its knots.

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
    """Fit on rows the trees have not seen: a logistic curve, moved by isotonic steps.

    Parameters
    ----------
    score : array (n_rows,)
        Raw scores (log-odds), in order of time.
    y : array (n_rows,)
        Outcomes, 0-1.
    weight : array (n_rows,), optional
        As how many rows each counts; the interval is that of Kish's effective number
        and of what the curve is worth, made wider by how far rates drift over the time
        of the rows.

    References
    ----------
    Zadrozny and Elkan, KDD 2002 (isotonic); Platt, Advances in Large Margin
    Classifiers, 1999 (logistic); Brown, Cai and DasGupta, Statist. Sci.
    16(2), 2001 (Jeffreys interval).
    """
    weight = np.ones(len(y)) if weight is None else weight
    period = np.arange(len(y)) * PERIODS // len(y)
    order = np.argsort(score, kind="stable")
    score, y, weight, period = score[order], y[order], weight[order], period[order]
    isotonic = IsotonicRegression(y_min=0, y_max=1)
    fitted = isotonic.fit_transform(score, y, sample_weight=weight)
    starts = _block_starts(fitted, score, float(np.average(y, weights=weight)))
    total = np.add.reduceat(weight, starts)
    rate = np.add.reduceat(weight * y, starts) / total
    count = total**2 / np.add.reduceat(weight**2, starts)
    curve = _logistic(score, y, weight)
    expected = np.add.reduceat(weight * curve, starts) / total
    lent = np.minimum(CURVE_ROWS, (count.sum() - count) * CURVE_SHARE)
    borne = count + lent
    risk = (rate * count + lent * expected) / borne
    middle = np.add.reduceat(weight * score, starts) / total
    drift = _drift(np.interp(score, middle, risk), y, period)
    # As many rows as would leave the same doubt if nothing drifted.
    sure = borne / (1 + drift * borne * risk * (1 - risk))
    tail = (1 - INTERVAL) / 2
    hits = risk * sure
    low = np.minimum(beta.ppf(tail, hits + 0.5, sure - hits + 0.5), risk)
    high = np.maximum(beta.ppf(1 - tail, hits + 0.5, sure - hits + 0.5), risk)
    # Each step moves the curve where it lies; between steps and beyond them the curve
    # goes on.
    at = np.unique(np.linspace(0, len(score) - 1, KNOTS).round().astype(int))
    moved = {
        name: expit(
            logit(curve[at]) + np.interp(score[at], middle, logit(of) - logit(expected))
        )
        for name, of in {"probability": risk, "low": low, "high": high}.items()
    }
    rising = {name: np.maximum.accumulate(knots) for name, knots in moved.items()}
    return Calibration(score=score[at], **rising)


def _logistic(score: Floats, y: Floats, weight: Floats) -> Floats:
    """Return the probability of each row by a logistic curve fitted to all (Platt)."""
    once = score[:, None]
    # A soft label is a row of either kind, each as heavy as it is likely.
    curve = LogisticRegression(solver="newton-cholesky").fit(
        np.concatenate([once, once]),
        np.repeat([1, 0], len(y)),
        sample_weight=np.concatenate([weight * y, weight * (1 - y)]),
    )
    risk: Floats = curve.predict_proba(once)[:, 1]
    return risk


def _drift(risk: Floats, y: Floats, period: npt.NDArray[np.int64]) -> float:
    """Return the variance, in log-odds, by which rates differ from period to period
    beyond chance: the next one will, too.

    References
    ----------
    DerSimonian and Laird, Control. Clin. Trials 7(3), 1986 (by moments).
    """
    excess, scale = 0.0, 0.0
    for group in np.array_split(np.arange(len(risk)), RISK_GROUPS):
        for one in range(PERIODS):
            cell = group[period[group] == one]
            if len(cell) < LEAST_CELL:
                continue
            mean = risk[cell].mean()
            variance = mean * (1 - mean)
            excess += (y[cell].mean() - mean) ** 2 - variance / len(cell)
            scale += variance**2
    # The periods' own mean is nearer to them than that of another one will be.
    found = excess / scale * PERIODS / (PERIODS - 1) if scale else 0.0
    return max(found, LEAST_DRIFT**2)


def _block_starts(fitted: Floats, score: Floats, mean: float) -> npt.NDArray[np.int64]:
    # Where the isotonic steps begin, small steps joined until they hold enough rows to
    # say something: the rarer regret is, the more. The lowest step is one without any.
    enough = max(LEAST_BLOCK, LEAST_HITS / max(mean, 1e-6))
    least = min(enough, max(10, len(score) // 10))
    steps = np.flatnonzero(np.diff(fitted, prepend=-1) > 0)
    starts = [0]
    for step in steps[1:]:
        if step - starts[-1] >= least and len(score) - step >= least:
            starts.append(int(step))
    return np.array(starts)
