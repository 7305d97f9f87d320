"""Which reviews do not recommend the thing, told from title and text alone.

Real reviews (Women's E-Commerce Clothing Reviews), every figure on items that the fit
did not see; beside the seed's TextBlob polarity, VADER, and TF-IDF with logistic
regression.
"""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from ml.quality.evaluation import expected_calibration_error
from ml.sentiment.language import language
from ml.sentiment.polarity import polarity
from ml.sentiment.regret_fit import FOLDS, Reviews, fit_regret_words, read_reviews
from ml.sentiment.regret_words import SHIPPED, RegretWords, shipped_regret_words

Floats = npt.NDArray[np.float64]
DATA = Path(__file__).parents[2].parent / "shared/data/womens_clothing_reviews.csv.gz"
SHORT_TABLES = (500, 1_000, 2_000)


def run() -> Table | str:
    """Return AUC, calibration error and speed, one row a method."""
    if not DATA.exists():
        return f"reviews: skipped, there is no {DATA}"
    reviews = read_reviews(DATA)
    table = Table(
        "method",
        "AUC",
        "calibration error",
        "reviews a second",
        title=f"Not recommended, {len(reviews.texts):,} real reviews, {FOLDS} folds by "
        "item",
    )
    for name, found in _ours(reviews).items():
        _add(table, name, reviews.y, found)
    for name, found in _peers(reviews).items():
        _add(table, name, reviews.y, found)
    shipped = shipped_regret_words()
    english = np.mean([language(text) == "en" for text in reviews.texts])
    table.caption = (
        f"the shipped table: {len(shipped.table):,} entries, "
        f"{SHIPPED.stat().st_size / 1e3:.0f} KB; {english:.2%} of the reviews are "
        "recognised as English"
    )
    return table


Found = tuple[Floats, float | None]


def _add(table: Table, name: str, y: Floats, found: Found) -> None:
    score, seconds = found
    honest = score.min() >= 0 and score.max() <= 1
    table.add_row(
        name,
        f"{roc_auc_score(y, score):.4f}",
        f"{expected_calibration_error(y, score):.4f}" if honest else "-",
        f"{len(y) / seconds:,.0f}" if seconds else "-",
    )


def _ours(reviews: Reviews) -> dict[str, Found]:
    sizes = (None, *SHORT_TABLES)
    scores = {size: np.empty(len(reviews.texts)) for size in sizes}
    seconds = 0.0
    for past, held in reviews.folds(FOLDS):
        model = fit_regret_words(past)
        for size, score in scores.items():
            shortened = _weightiest(model, size)
            start = perf_counter()
            score[held] = [shortened.probability(reviews.texts[i]) for i in held]
            seconds += perf_counter() - start if size is None else 0
    return {
        "TrendGuard, regret language"
        if size is None
        else f"  its {size:,} weightiest entries alone": (
            score,
            seconds if size is None else None,
        )
        for size, score in scores.items()
    }


def _weightiest(model: RegretWords, size: int | None) -> RegretWords:
    """Return the entries that move the most texts the furthest."""
    if size is None:
        return model

    def reach(entry: tuple[str, tuple[float, float]]) -> float:
        idf, weight = entry[1]
        return -abs(weight) * idf * float(np.exp(-idf / 2))

    return replace(model, table=dict(sorted(model.table.items(), key=reach)[:size]))


def _peers(reviews: Reviews) -> dict[str, Found]:
    vader = SentimentIntensityAnalyzer()
    return {
        "TF-IDF + logistic regression": _tfidf(reviews),
        "VADER": _timed(
            reviews, lambda text: -float(vader.polarity_scores(text)["compound"])
        ),
        "TextBlob polarity": _timed(reviews, lambda text: -polarity(text)),
    }


def _timed(reviews: Reviews, score) -> Found:  # noqa: ANN001
    start = perf_counter()
    found = np.array([score(text) for text in reviews.texts])
    return found, perf_counter() - start


def _tfidf(reviews: Reviews) -> Found:
    found = np.empty(len(reviews.texts))
    seconds = 0.0
    for past, held in reviews.folds(FOLDS):
        model = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True),
            LogisticRegression(C=4, max_iter=1_000),
        ).fit(past.texts, past.y)
        start = perf_counter()
        found[held] = model.predict_proba([reviews.texts[i] for i in held])[:, 1]
        seconds += perf_counter() - start
    return found, seconds


if __name__ == "__main__":
    Console().print(run())
