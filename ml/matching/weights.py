"""The fitted numbers of the matchers, shipped beside this file as plain JSON."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Weights:
    """A logistic regression: `scripts/fit_matching.py` fits it.

    Attributes
    ----------
    features : list of str
        What the columns are.
    weight : list of float
        One a column.
    intercept : float
        The log-odds where all columns are 0.
    """

    features: list[str]
    weight: list[float]
    intercept: float

    def probability(self, X: Floats) -> Floats:  # noqa: N803
        """Return the probability of each row, (n_rows,)."""
        odds = X @ np.array(self.weight) + self.intercept
        return np.asarray(1 / (1 + np.exp(-odds)))


@cache
def weights(name: str) -> Weights:
    """Return the weights of one matcher."""
    return Weights(**json.loads(FILE.read_text(encoding="utf-8"))[name])
