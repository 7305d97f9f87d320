"""How good probabilities are: ranking, calibration, what acting on them is worth."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

Floats = npt.NDArray[np.float64]
BINS = 15
TABLE_BINS = 10
HISTOGRAM_BINS = 40
INTERVAL = 0.90
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)


def figures(
    y: Floats, risk: Floats, weight: Floats | None = None
) -> dict[str, float | None]:
    """Return auc, pr_auc, brier, log_loss, ece, base_rate, mean_risk and n.

    Parameters
    ----------
    y : array (n_rows,)
        0 or 1; where all are the same there is no auc and no pr_auc.
    risk : array (n_rows,)
        Probabilities.
    weight : array (n_rows,), optional
        As how many rows each counts; n is not weighted.
    """
    both = len(np.unique(y)) == 2
    ranked: dict[str, Any] = {"sample_weight": weight}
    return {
        "auc": float(roc_auc_score(y, risk, **ranked)) if both else None,
        "pr_auc": float(average_precision_score(y, risk, **ranked)) if both else None,
        "brier": float(brier_score_loss(y, risk, **ranked)),
        "log_loss": float(log_loss(y, risk, labels=[0, 1], **ranked)),
        "ece": expected_calibration_error(y, risk, weight),
        "base_rate": float(np.average(y, weights=weight)),
        "mean_risk": float(np.average(risk, weights=weight)),
        "n": len(y),
    }


def expected_calibration_error(
    y: Floats, risk: Floats, weight: Floats | None = None
) -> float:
    """Return the mean gap between stated and observed rate over 15 equal-count bins.

    References
    ----------
    Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    weight = np.ones(len(y)) if weight is None else weight
    gaps = [abs(weight[b] @ (y[b] - risk[b])) for b in _bins(risk, BINS)]
    return float(sum(gaps) / weight.sum())


def calibration_table(
    y: Floats, risk: Floats, weight: Floats | None = None
) -> list[dict[str, float]]:
    """Return stated and observed rate by tenths of the rows, lowest risk first.

    Returns
    -------
    list of dict
        risk_from, risk_to, mean_risk, rate, low and high (90 %, Jeffreys), n.

    References
    ----------
    Brown, Cai and DasGupta, Statist. Sci. 16(2), 2001; a weighted bin counts as
    Kish's effective number of rows.
    """
    weight = np.ones(len(y)) if weight is None else weight
    return [_calibration_bin(y[b], risk[b], weight[b]) for b in _bins(risk, TABLE_BINS)]


def _calibration_bin(y: Floats, risk: Floats, weight: Floats) -> dict[str, float]:
    rate = float(np.average(y, weights=weight))
    size = weight.sum() ** 2 / (weight @ weight)
    tail = (1 - INTERVAL) / 2
    hits, misses = rate * size + 0.5, (1 - rate) * size + 0.5
    return {
        "risk_from": float(risk.min()),
        "risk_to": float(risk.max()),
        "mean_risk": float(np.average(risk, weights=weight)),
        "rate": rate,
        "low": 0.0 if rate == 0 else float(beta.ppf(tail, hits, misses)),
        "high": 1.0 if rate == 1 else float(beta.ppf(1 - tail, hits, misses)),
        "n": len(y),
    }


def histogram(risk: Floats, weight: Floats | None = None) -> list[float]:
    """Return the share of rows in each fortieth of the scale from 0 to 1."""
    counts, _ = np.histogram(risk, HISTOGRAM_BINS, (0, 1), weights=weight)
    shares: list[float] = (counts / counts.sum()).tolist()
    return shares


def net_benefit(
    y: Floats, risk: Floats, weight: Floats | None = None
) -> list[dict[str, float | None]]:
    """Return what acting on all rows at or above each of five thresholds is worth.

    A threshold is a price: who acts from 20 % on takes one wrong act as costing a
    quarter (20 / 80) of what a right one saves. What a right one saves is 1.

    Returns
    -------
    list of dict
        threshold, flagged (share), precision (None where none is flagged), recall,
        net_benefit per row, and net_benefit_all: of acting on every row.

    References
    ----------
    Vickers and Elkin, Med. Decis. Making 26(6), 2006.
    """
    weight = np.ones(len(y)) if weight is None else weight
    share = weight / weight.sum()
    base = float(share @ y)
    return [_at_threshold(t, y, risk, share, base) for t in THRESHOLDS]


def _at_threshold(
    threshold: float, y: Floats, risk: Floats, share: Floats, base: float
) -> dict[str, float | None]:
    flagged = risk >= threshold
    acted, right = float(share @ flagged), float(share @ (flagged * y))
    price = threshold / (1 - threshold)
    return {
        "threshold": threshold,
        "flagged": acted,
        "precision": right / acted if acted else None,
        "recall": right / base if base else None,
        "net_benefit": right - (acted - right) * price,
        "net_benefit_all": base - (1 - base) * price,
    }


def _bins(risk: Floats, count: int) -> list[npt.NDArray[np.int64]]:
    # Of equal numbers of rows; fewer where there are fewer rows.
    return np.array_split(np.argsort(risk, kind="stable"), min(count, len(risk)))
