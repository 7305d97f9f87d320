"""Speed of scores and of training, each beside LightGBM alone on the same matrix.

The peers are what cannot be left out: `Booster.predict` for a score, the same with
``pred_contrib`` for its reasons, and `lightgbm.train` for a model. What is measured
starts and ends with plain values: facts in, `Reason` objects out; a table in,
calibrated risks with their intervals out.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from ml.dataset import Dataset
from ml.evidence import evidence_of, widened
from ml.features import CATEGORICAL, GROUPS, Encoder, Purpose
from ml.learning.boosting import Booster
from ml.learning.fitting import Recipe, fit
from ml.model import RegretModel
from ml.reasons import reasons_for
from store.privacy import AGE_BANDS

Floats = npt.NDArray[np.float64]

TRAINING_ROWS = 50_000
FIRST_ON = date(2025, 1, 1)
SEEN = datetime(2026, 1, 1, tzinfo=UTC)
Step = Callable[[], object]


def run(batch_rows: int = 1_000_000) -> Table:
    """Return a table of times and ratios."""
    table = Table(
        "what",
        "TrendGuard",
        "LightGBM alone",
        "ratio",
        title=f"Speed of the model, {os.cpu_count()} cores",
    )
    dataset = made_up(TRAINING_ROWS)
    model = fit(dataset, Recipe("checkout")).model
    table.add_row("one score with its reasons", *_shown(*one_score(model), 1e6, "µs"))
    rows = made_up(batch_rows).rows
    what = f"{batch_rows:,} scores with their intervals"
    table.add_row(what, *_shown(*batch(model, rows), 1, "s"))
    what = f"training on {TRAINING_ROWS:,} orders"
    table.add_row(what, *_shown(*training(dataset, "checkout"), 1, "s"))
    table.caption = f"{model.booster.num_trees()} trees, medians, runs interleaved"
    return table


def one_score(model: RegretModel, repeats: int = 2_000) -> tuple[float, float]:
    """Return seconds of one score with reasons, and of the booster's two calls."""
    facts = made_up(50).rows.to_pylist()[7] | _told()
    matrix = model.encoder.vector(facts)
    predict = model.booster.predict

    def ours() -> object:
        said = model.explain_one(facts)
        evidence = evidence_of(facts, unusual=said.unusual)
        widened(said.risk, said.low, said.high, evidence, unusual=said.unusual)
        return reasons_for(facts, said.effects, SEEN)

    def peer() -> object:
        return (
            predict(matrix, num_threads=1),
            predict(matrix, pred_contrib=True, num_threads=1),
        )

    return interleaved(ours, peer, repeats)


def batch(model: RegretModel, rows: pa.Table, repeats: int = 3) -> tuple[float, float]:
    """Return seconds of many calibrated scores, and of predicting their matrix."""
    matrix = model.encoder.matrix(rows)
    threads = os.cpu_count() or 1
    return interleaved(
        lambda: model.estimate(rows),
        lambda: model.booster.predict(matrix, num_threads=threads),
        repeats,
    )


def training(
    dataset: Dataset, purpose: Purpose, repeats: int = 7
) -> tuple[float, float]:
    """Return seconds of a whole fit, and of LightGBM growing as many trees."""
    recipe = Recipe(purpose)
    fitted = fit(dataset, recipe).model
    encoder, rounds = fitted.encoder, fitted.booster.num_trees()
    matrix = encoder.matrix(dataset.rows)
    categorical = list(encoder.categories)
    parameters = Booster(encoder.names, categorical, recipe.seed).all_parameters

    def peer() -> object:
        data = lgb.Dataset(
            matrix,
            dataset.y,
            feature_name=encoder.names,
            categorical_feature=categorical,
            params={"verbosity": -1},
        )
        return lgb.train(parameters, data, rounds)

    return interleaved(lambda: fit(dataset, recipe), peer, repeats)


def interleaved(ours: Step, peer: Step, repeats: int) -> tuple[float, float]:
    """Return the median seconds of either, run in turns after a first of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(repeats + 1):
        for step, taken in zip((ours, peer), times, strict=True):
            started = time.perf_counter()
            step()
            if number:
                taken.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def made_up(count: int, seed: int = 7) -> Dataset:
    """Return orders of a year with every column a model reads, and their outcomes."""
    rng = np.random.default_rng(seed)
    needed = dict.fromkeys(n for p in GROUPS for n in Encoder(p).needed)
    columns = {name: _column(name, count, rng) for name in needed}
    days = [FIRST_ON + timedelta(n * 365 // count) for n in range(count)]
    columns["purchased_on"] = pa.array(days, pa.date32())
    known = np.nan_to_num(np.asarray(columns["level"], dtype=float))
    true = 1 / (1 + np.exp(2 - known + np.nan_to_num(columns["price_usd"]) / 6))
    y = (rng.random(count) < true).astype(float)
    returned_on = np.where(y == 1, np.array(days, "M8[D]") + 9, np.datetime64("NaT"))
    rows = pa.table(columns)
    return Dataset(rows, y, np.ones(count, bool), returned_on, "regret")


def _column(name: str, count: int, rng: np.random.Generator) -> Any:
    if name in CATEGORICAL:
        return pa.array([f"{name} {n}" for n in rng.integers(0, 30, count)])
    if name == "age_band":
        return pa.array([AGE_BANDS[n] for n in rng.integers(3, 14, count)])
    values = rng.gamma(2.0, 2.0, count)
    return pa.array(values, mask=rng.random(count) < 0.1)


def _told() -> dict[str, Any]:
    """What reasons are made of and the model does not read."""
    return {
        "hashtag": "ribbedleggings",
        "level": 0.2,
        "days_since_peak": 40,
        "trend_as_of": SEEN,
        "resale_drop": 0.4,
        "resale_n": 8,
        "resale_median_ask_usd": 20.0,
        "resale_median_sold_usd": 18.0,
        "resale_as_of": SEEN,
        "sentiment_score": 0.1,
        "sentiment_n": 9,
        "sentiment_as_of": SEEN,
        "rating_mean": 3.9,
        "rating_n": 9,
        "rating_as_of": SEEN,
        "return_rate": 0.3,
        "return_n": 6,
        "return_as_of": SEEN,
    }


def _shown(ours: float, peer: float, scale: float, unit: str) -> tuple[str, ...]:
    times = (f"{seconds * scale:,.2f} {unit}" for seconds in (ours, peer))
    return (*times, f"{ours / peer:.2f}")


if __name__ == "__main__":
    Console().print(run())
