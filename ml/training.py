"""Training: fit on the past, calibrate on later orders, judge on the latest."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from ml.calibration import fit_calibration
from ml.daily import open_workbench
from ml.dataset import Dataset, label_orders, split_days
from ml.features import GROUPS, Encoder, Purpose
from ml.model import RegretModel
from ml.prepare import prepare
from ml.quality import quality
from ml.registry import register
from store.clock import utc_now
from store.database import Database
from store.settings import Settings

Floats = npt.NDArray[np.float64]
MOST_ROUNDS = 1500
PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy",  # as binary, and it takes a silent return's share
    "learning_rate": 0.04,
    "num_leaves": 24,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "cat_smooth": 30.0,
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
}


@dataclass(frozen=True)
class Fitted:
    """A model and the days it learned from."""

    model: RegretModel
    window_from: date
    window_to: date


def train(
    database: Database, settings: Settings, as_of: date | None = None
) -> dict[str, Any]:
    """Train, judge and register a model for each purpose.

    Parameters
    ----------
    as_of : date, optional
        Pretend that nothing after this day is known.

    Returns
    -------
    dict
        Purpose -> version and figures out of time.

    Raises
    ------
    NotEnoughDataError
        With what is missing.
    """
    prepare(database)
    with open_workbench(database, as_of) as duck:
        dataset = label_orders(duck, settings)
    trained_at = utc_now()
    return {
        purpose: _train_one(database, settings, dataset, purpose, trained_at)
        for purpose in GROUPS
    }


def judge(dataset: Dataset, purpose: Purpose, seed: int, gap_days: int) -> "Judged":
    """Fit on the first four fifths of the time and predict the last fifth.

    Parameters
    ----------
    gap_days : int
        Days left out before the test: their labels were not known when it began.
    """
    past, test = later_orders(dataset, gap_days)
    fitted = fit(past, purpose, seed)
    return Judged(fitted.model, test, fitted.model.risks(test.rows))


def later_orders(dataset: Dataset, gap_days: int) -> tuple[Dataset, Dataset]:
    """Return the past to learn from and the later, coded orders to be judged on."""
    first, last = _span(dataset)
    (cut,) = split_days(first, last + timedelta(1), 0.8)
    test = dataset.between(cut, last + timedelta(1))
    return dataset.between(first, cut - timedelta(gap_days)), test.where(test.coded)


@dataclass(frozen=True)
class Judged:
    """A model, the later orders it never saw, and what it said of them."""

    model: RegretModel
    test: Dataset
    risk: Floats


def fit(dataset: Dataset, purpose: Purpose, seed: int) -> Fitted:
    """Fit on the first 70 % of the time, stop early on the next 15 %, calibrate on the
    rest.
    """
    first, last = _span(dataset)
    end = last + timedelta(1)
    stop_from, calibrate_from = split_days(first, end, 0.7, 0.85)
    learn = dataset.between(first, stop_from)
    stop = dataset.between(stop_from, calibrate_from)
    later = dataset.between(calibrate_from, end)
    encoder = Encoder.fitted(purpose, learn.rows)
    booster = _boost(encoder, learn, stop, seed)
    scores = booster.predict(encoder.matrix(later.rows), raw_score=True)
    calibration = fit_calibration(np.asarray(scores), later.y)
    return Fitted(RegretModel(booster, encoder, calibration), first, last)


def _boost(encoder: Encoder, learn: Dataset, stop: Dataset, seed: int) -> lgb.Booster:
    matrix = lgb.Dataset(
        encoder.matrix(learn.rows),
        learn.y,
        feature_name=encoder.names,
        categorical_feature=list(encoder.categories),
        params={"verbosity": -1},
    )
    return lgb.train(
        PARAMETERS | {"seed": seed},
        matrix,
        num_boost_round=MOST_ROUNDS,
        valid_sets=[matrix.create_valid(encoder.matrix(stop.rows), stop.y)],
        callbacks=[lgb.early_stopping(50, verbose=False)],
    )


def _train_one(
    database: Database,
    settings: Settings,
    dataset: Dataset,
    purpose: Purpose,
    trained_at: datetime,
) -> dict[str, Any]:
    judged = judge(dataset, purpose, settings.seed, settings.return_window_days)
    measured = quality(judged.test.rows, judged.test.y, judged.risk)
    # What is served has learned from the newest orders too.
    fitted = fit(dataset, purpose, settings.seed)
    version = register(
        database,
        settings,
        fitted.model,
        trained_at=trained_at.astimezone(UTC),
        target=dataset.target,
        window=(fitted.window_from, fitted.window_to),
        quality=measured,
    )
    return {"version": version, "target": dataset.target, **measured}


def _span(dataset: Dataset) -> tuple[date, date]:
    days = dataset.days
    return days.min().astype(date), days.max().astype(date)
