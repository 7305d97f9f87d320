"""Are two descriptions of the same thing? Trained on pairs of which that is known."""

from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline

from ml.matching.similarity import Description, Similarity

Floats = npt.NDArray[np.float64]
Descriptions = Sequence[Description]
FOLDS = 5
SEEDS = range(5)
ROUNDS = 400
BOOSTER: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 15,
    "min_data_in_leaf": 15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "lambda_l2": 2.0,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
}


class PairMatcher:
    """Boosted trees over similarities and over which words stand for which.

    The words are weighed by a logistic regression on what both titles share, what only
    one has, and which word of one stands where the other has another; the trees get
    what it says of pairs it has not seen.

    Attributes
    ----------
    threshold_ : float
        The probability from which on a pair counts as the same: where F1 was highest
        on training pairs that were held out in turn.
    """

    threshold_: float

    def fit(
        self, left: Descriptions, right: Descriptions, y: npt.ArrayLike
    ) -> "PairMatcher":
        """Learn from pairs.

        Parameters
        ----------
        y : array (n_pairs,)
            1 where they are the same, 0 where not; at least 5 of each.
        """
        same = np.asarray(y, dtype=int)
        self.similarity_ = Similarity([*left, *right])
        cross = _cross_words(left, right)
        folds = list(
            StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(cross, same)
        )
        told = np.zeros(len(same))
        for train, rest in folds:
            model = _words_model().fit([cross[i] for i in train], same[train])
            told[rest] = model.decision_function([cross[i] for i in rest])
        self.words_ = _words_model().fit(cross, same)
        X = np.column_stack([self.similarity_(left, right), told])  # noqa: N806
        held_out = np.zeros(len(same))
        for train, rest in folds:
            boosters = [_boost(X[train], same[train], seed) for seed in SEEDS[:2]]
            held_out[rest] = _mean(boosters, X[rest])
        self.threshold_ = best_threshold(same, held_out)
        self.boosters_ = [_boost(X, same, seed) for seed in SEEDS]
        return self

    def predict_proba(self, left: Descriptions, right: Descriptions) -> Floats:
        """Return the probability that each pair is the same thing, (n_pairs,)."""
        told = self.words_.decision_function(_cross_words(left, right))
        X = np.column_stack([self.similarity_(left, right), told])  # noqa: N806
        return _mean(self.boosters_, X)

    def predict(self, left: Descriptions, right: Descriptions) -> npt.NDArray[np.bool_]:
        """Tell whether each pair is the same thing, (n_pairs,)."""
        return self.predict_proba(left, right) >= self.threshold_


def best_threshold(y: npt.NDArray[np.int64], probability: Floats) -> float:
    """Return the threshold with the highest F1: the middle of those within 1 %."""
    precision, recall, thresholds = precision_recall_curve(y, probability)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(np.median(thresholds[f1[:-1] >= 0.99 * f1.max()]))


def _boost(
    X: Floats,  # noqa: N803
    y: npt.NDArray[np.int64],
    seed: int,
) -> lightgbm.Booster:
    data = lightgbm.Dataset(X, y)
    return lightgbm.train(BOOSTER | {"seed": seed}, data, num_boost_round=ROUNDS)


def _mean(boosters: list[lightgbm.Booster], X: Floats) -> Floats:  # noqa: N803
    votes = [np.asarray(booster.predict(X)) for booster in boosters]
    return np.asarray(np.mean(votes, axis=0))


def _words_model() -> Pipeline:
    return make_pipeline(
        TfidfVectorizer(analyzer=list, min_df=2),
        LogisticRegression(C=10, solver="liblinear"),
    )


def _cross_words(left: Descriptions, right: Descriptions) -> list[list[str]]:
    return [_cross(a.word_set, b.word_set) for a, b in zip(left, right, strict=True)]


def _cross(a: frozenset[str], b: frozenset[str]) -> list[str]:
    only_a, only_b = a - b, b - a
    return sorted(
        [f"={w}" for w in a & b]
        + [f"-{w}" for w in only_a | only_b]
        + ["~".join(sorted((x, y))) for x in only_a for y in only_b]
    )
