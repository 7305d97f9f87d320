"""How the table of regret language is learned: logistic regression around a prior.

Every weight is drawn towards what general English says of the word (TextBlob's
polarity, and a short list of faults and praise) instead of towards 0, so that words the
reviews hardly use, such as "leaked" in reviews of clothes, still count.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.sparse import csr_array
from sklearn.model_selection import GroupKFold

from ml.sentiment.ngrams import ngrams
from ml.sentiment.regret_prior import prior_weights
from ml.sentiment.regret_words import RegretWords

Floats = npt.NDArray[np.float64]
# Of the weights around their prior.
VARIANCE = 4.0
# A word that few items share is about those items.
MIN_ITEMS = 8
FOLDS = 5
CALIBRATION_FOLDS = 3
PAIRS = 4_000


@dataclass(frozen=True)
class Reviews:
    """Texts with what is to be learned from them.

    Parameters
    ----------
    texts : sequence of str
        Title and text, of length n.
    y : ndarray of shape (n,)
        1 where the writer would not recommend the thing.
    items : ndarray of shape (n,)
        What each review is about.
    """

    texts: Sequence[str]
    y: Floats
    items: npt.NDArray[Any]

    def __getitem__(self, rows: npt.NDArray[np.int64]) -> "Reviews":
        """Return the reviews of these rows."""
        return Reviews([self.texts[i] for i in rows], self.y[rows], self.items[rows])

    def folds(self, count: int) -> list[tuple["Reviews", npt.NDArray[np.int64]]]:
        """Split by item: the other reviews and the rows held out, `count` times."""
        split = GroupKFold(count).split(self.texts, self.y, self.items)
        return [(self[past], held) for past, held in split]


def fit_regret_words(reviews: Reviews, pairs: int | None = PAIRS) -> RegretWords:
    """Fit the table and calibrate it on items held out in turn.

    Parameters
    ----------
    pairs : int, optional
        How many word pairs and negated words to keep, the weightiest; all if None.
    """
    logits = np.empty(len(reviews.texts))
    for past, held in reviews.folds(CALIBRATION_FOLDS):
        found = _fit(past, pairs)
        logits[held] = [found.log_odds(reviews.texts[i]) for i in held]
    model = _fit(reviews, pairs)
    return _recalibrated(model, logits, reviews.y)


def read_reviews(path: Path) -> Reviews:
    """Read title and text of all that have either from a file with the columns of the
    Women's E-Commerce Clothing Reviews.
    """
    rows = pd.read_csv(path).fillna({"Title": "", "Review Text": ""})
    texts = (rows["Title"] + ". " + rows["Review Text"]).str.strip(". ")
    rows = rows[texts != ""]
    return Reviews(
        texts[texts != ""].tolist(),
        1.0 - rows["Recommended IND"].to_numpy(dtype=float),
        rows["Clothing ID"].to_numpy(),
    )


def cross_validated(reviews: Reviews, pairs: int | None = PAIRS) -> Floats:
    """Return each review's probability by a table fitted on other items.

    Returns
    -------
    ndarray of shape (n,)
    """
    found = np.empty(len(reviews.texts))
    for past, held in reviews.folds(FOLDS):
        model = fit_regret_words(past, pairs)
        found[held] = [model.probability(reviews.texts[i]) for i in held]
    return found


@lru_cache(50_000)
def _counted(text: str) -> Counter[str]:
    return Counter(ngrams(text))


def _fit(reviews: Reviews, pairs: int | None) -> RegretWords:
    counts = [_counted(text) for text in reviews.texts]
    prior = prior_weights()
    idf = _inverse_document_frequencies(counts, reviews.items, prior)
    X = _matrix(counts, idf)  # noqa: N806
    intercept, weights = _logistic(X, reviews.y, _means(idf, prior))
    if pairs is not None:
        idf = _weightiest(X, weights, idf, prior, pairs)
        X = _matrix(counts, idf)  # noqa: N806
        intercept, weights = _logistic(X, reviews.y, _means(idf, prior))
    table = dict(
        zip(idf, zip(idf.values(), weights.tolist(), strict=True), strict=True)
    )
    return RegretWords(intercept, table)


def _inverse_document_frequencies(
    counts: Sequence[Counter[str]],
    items: npt.NDArray[Any],
    prior: Mapping[str, float],
) -> dict[str, float]:
    texts: Counter[str] = Counter()
    about = defaultdict(set)
    for found, item in zip(counts, items.tolist(), strict=True):
        texts.update(found.keys())
        for ngram in found:
            about[ngram].add(item)
    shared = {ngram for ngram, seen in about.items() if len(seen) >= MIN_ITEMS}
    n = len(counts)
    return {
        ngram: log((1 + n) / (1 + texts[ngram])) + 1
        for ngram in sorted(shared | prior.keys())
    }


def _weightiest(
    X: csr_array,  # noqa: N803
    weights: Floats,
    idf: dict[str, float],
    prior: Mapping[str, float],
    pairs: int,
) -> dict[str, float]:
    spread = np.sqrt(np.asarray(X.multiply(X).mean(axis=0)).ravel())
    order = np.argsort(-np.abs(weights) * spread, kind="stable")
    names = list(idf)
    ranked = [names[i] for i in order if not names[i].isalpha()]
    singles = [name for name in names if name.isalpha()]
    return {n: idf[n] for n in sorted({*ranked[:pairs], *singles, *prior})}


def _means(idf: Mapping[str, float], prior: Mapping[str, float]) -> Floats:
    return np.array([prior.get(ngram, 0.0) for ngram in idf])


def _matrix(counts: Sequence[Counter[str]], idf: Mapping[str, float]) -> csr_array:
    column = {ngram: i for i, ngram in enumerate(idf)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for found in counts:
        known = [(n, 1 + log(c)) for n, c in found.items() if n in column]
        row = np.array([tf * idf[n] for n, tf in known])
        values.extend(row / np.linalg.norm(row) if known else row)
        columns.extend(column[n] for n, _ in known)
        ends.append(len(values))
    return csr_array((values, columns, ends), shape=(len(counts), len(idf)))


def _logistic(
    X: csr_array,  # noqa: N803
    y: Floats,
    mean: Floats,
) -> tuple[float, Floats]:
    def loss(point: Floats) -> tuple[float, Floats]:
        away = point[1:] - mean
        z = point[0] + X @ point[1:]
        error = 1 / (1 + np.exp(-z)) - y
        value = np.logaddexp(0, z).sum() - y @ z + away @ away / (2 * VARIANCE)
        slope = np.concatenate([[error.sum()], X.T @ error + away / VARIANCE])
        return float(value), slope

    start = np.concatenate([[0.0], mean])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-8})
    return float(found.x[0]), found.x[1:]


def _recalibrated(model: RegretWords, logits: Floats, y: Floats) -> RegretWords:
    """Stretch and shift the log-odds to fit what was seen on items held out."""
    intercept, slope = 0.0, 1.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-(intercept + slope * logits)))
        d = np.column_stack([np.ones_like(logits), logits])
        hessian = (d * (p * (1 - p))[:, None]).T @ d
        step = np.linalg.solve(hessian, d.T @ (y - p))
        intercept, slope = intercept + step[0], slope + step[1]
    table = {n: (idf, float(w * slope)) for n, (idf, w) in model.table.items()}
    return RegretWords(float(intercept + slope * model.intercept), table)
