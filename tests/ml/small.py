"""Rows and models made up in a moment, for tests that need no market."""

from datetime import UTC, date, datetime, timedelta

import lightgbm as lgb
import numpy as np
import pyarrow as pa

from ml.dataset import Dataset
from ml.features import CATEGORICAL, Encoder
from ml.learning.calibration import fit_calibration
from ml.model import RegretModel
from ml.monitoring.reference import Reference
from ml.registry.models import register
from store.privacy import AGE_BANDS

FIRST_ON = date(2026, 1, 1)
TRAINED_AT = datetime(2026, 4, 1, tzinfo=UTC)


def order_rows(count: int, seed: int = 1, purpose: str = "checkout") -> pa.Table:
    """Return rows with every column that a model reads, evenly over a hundred days."""
    rng = np.random.default_rng(seed)
    columns = {
        name: _column(name, count, rng)
        for name in Encoder(purpose).needed
        if name != "purchased_on"
    }
    days = [FIRST_ON + timedelta(n * 100 // count) for n in range(count)]
    return pa.table(columns | {"purchased_on": pa.array(days, pa.date32())})


def _column(name, count, rng):
    if name in CATEGORICAL:
        return rng.choice([f"{name} {n}" for n in range(5)], count)
    if name == "age_band":
        return rng.choice(AGE_BANDS[3:12], count)
    return rng.gamma(2.0, 2.0, count)


def outcomes(rows: pa.Table, seed: int = 1) -> np.ndarray:
    """Return whether each was regretted; it hangs on the price."""
    price = np.asarray(rows["price_usd"])
    true = 1 / (1 + np.exp(1 - 0.35 * (price - 3)))
    return (np.random.default_rng(seed).random(len(price)) < true).astype(float)


def small_model(rows: pa.Table, y: np.ndarray, purpose="shopper", rounds=30):
    """Return a model of a few trees."""
    encoder = Encoder.fitted(purpose, rows)
    matrix = encoder.matrix(rows)
    booster = lgb.train(
        {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": 1},
        lgb.Dataset(
            matrix,
            y,
            feature_name=encoder.names,
            categorical_feature=list(encoder.categories),
            params={"verbosity": -1},
        ),
        rounds,
    )
    scores = booster.predict(matrix, raw_score=True)
    reference = Reference.fitted(encoder.names, matrix, scores, encoder.categories)
    return RegretModel(booster, encoder, fit_calibration(scores, y), reference)


def small_dataset(count: int = 3_000, seed: int = 1) -> Dataset:
    """Return labelled orders of a hundred days, all of them coded."""
    rows = order_rows(count, seed)
    y = outcomes(rows, seed)
    days = rows["purchased_on"].to_numpy()
    returned_on = np.where(y == 1, days + np.timedelta64(9), np.datetime64("NaT"))
    return Dataset(rows, y, np.ones(count, bool), returned_on, "regret")


def tiny_model(rounds: int) -> RegretModel:
    """Return a model of a thousand orders, for tests that only move it about."""
    dataset = small_dataset(1_000)
    return small_model(dataset.rows, dataset.y, rounds=rounds)


def registered(database, model, *, learned_days=50, target="regret", hours=0) -> str:
    """Register a model that learned from the first so many days."""
    return register(
        database,
        database.settings,
        model,
        trained_at=TRAINED_AT + timedelta(hours=hours),
        target=target,
        window=(FIRST_ON, FIRST_ON + timedelta(learned_days - 1)),
        quality={},
    )
