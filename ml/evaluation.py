"""How good probabilities are: ranking, calibration, and both together."""

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

Floats = npt.NDArray[np.float64]
BINS = 15


def figures(y: Floats, risk: Floats) -> dict[str, float]:
    """Return auc, pr_auc, brier, log_loss, ece, base_rate and n.

    Parameters
    ----------
    y : array (n_rows,)
        0 or 1.
    risk : array (n_rows,)
        Probabilities.
    """
    known = len(np.unique(y)) == 2
    return {
        "auc": float(roc_auc_score(y, risk)) if known else float("nan"),
        "pr_auc": float(average_precision_score(y, risk)) if known else float("nan"),
        "brier": float(brier_score_loss(y, risk)),
        "log_loss": float(log_loss(y, risk, labels=[0, 1])),
        "ece": expected_calibration_error(y, risk),
        "base_rate": float(np.mean(y)),
        "n": len(y),
    }


def expected_calibration_error(y: Floats, risk: Floats) -> float:
    """Return the mean gap between stated and observed rate over 15 equal-count bins.

    References
    ----------
    Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    bins = np.array_split(np.argsort(risk, kind="stable"), BINS)
    gaps = [abs(y[b].mean() - risk[b].mean()) * len(b) for b in bins if len(b)]
    return float(sum(gaps) / len(y))
