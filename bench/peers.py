"""What anyone would pick instead of the model, each with its usual care."""

from collections.abc import Callable
from dataclasses import dataclass

import catboost
import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

Floats = npt.NDArray[np.float64]
SEED = 7
# The newest sixth of what is learned from stops the growth of trees.
STOP_SHARE = 1 / 6


@dataclass(frozen=True)
class Task:
    """The same rows for all: the past to learn from, later orders to be judged on.

    Attributes
    ----------
    past, test : array (n_rows, n_features)
        NaN where nothing is known; in order of time.
    y : array (n_rows,)
        Of the past, 0-1.
    categorical : list of int
        Columns that are codes.
    """

    past: Floats
    test: Floats
    y: Floats
    categorical: list[int]

    @property
    def numeric(self) -> list[int]:
        """The other columns."""
        return [n for n in range(self.past.shape[1]) if n not in self.categorical]


def logistic_regression(task: Task) -> Floats:
    """Medians for what is missing, and that it is; scaled; one column a code."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    codes = OneHotEncoder(handle_unknown="ignore")
    model = make_pipeline(
        make_column_transformer((numbers, task.numeric), (codes, task.categorical)),
        LogisticRegression(max_iter=2000),
    )
    return _asked(model, task)


def random_forest(task: Task) -> Floats:
    """500 trees, leaves of 20."""
    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        RandomForestClassifier(500, min_samples_leaf=20, n_jobs=-1, random_state=SEED),
    )
    return _asked(model, task)


def plain_lightgbm(task: Task) -> Floats:
    """LightGBM's own defaults."""
    model = lgb.LGBMClassifier(random_state=SEED, verbosity=-1)
    model.fit(task.past, task.y > 0.5, categorical_feature=task.categorical)
    return _chance(model, task.test)


def cat_boost(task: Task) -> Floats:
    """Codes as categories, growth stopped early on the newest of the past."""
    cut = round(len(task.y) * (1 - STOP_SHARE))
    learn, stop = (
        catboost.Pool(_named(task.past[part], task), y, cat_features=task.categorical)
        for part, y in (
            (slice(cut), task.y[:cut] > 0.5),
            (slice(cut, None), task.y[cut:] > 0.5),
        )
    )
    model = catboost.CatBoostClassifier(
        iterations=2000, random_seed=SEED, verbose=False, allow_writing_files=False
    )
    model.fit(learn, eval_set=stop, early_stopping_rounds=50)
    return _chance(model, _named(task.test, task))


def seed_recipe(task: Task) -> Floats:
    """Boosting with ``scale_pos_weight=3``, as the case study has it."""
    model = xgboost.XGBClassifier(scale_pos_weight=3, random_state=SEED)
    model.fit(task.past, task.y > 0.5)
    return _chance(model, task.test)


PEERS: dict[str, Callable[[Task], Floats]] = {
    "CatBoost": cat_boost,
    "LightGBM, as it comes": plain_lightgbm,
    "random forest": random_forest,
    "logistic regression": logistic_regression,
}


def _asked(model: Pipeline, task: Task) -> Floats:
    # Codes that are missing are a code of their own here.
    past, test = task.past.copy(), task.test.copy()
    for part in (past, test):
        part[:, task.categorical] = np.nan_to_num(part[:, task.categorical], nan=-2)
    model.fit(past, task.y > 0.5)
    return _chance(model, test)


def _chance(model: object, rows: object) -> Floats:
    risk: Floats = model.predict_proba(rows)[:, 1]  # type: ignore[attr-defined]
    return risk


def _named(rows: Floats, task: Task) -> npt.NDArray[np.object_]:
    named = rows.astype(object)
    for column in task.categorical:
        codes = np.nan_to_num(rows[:, column], nan=-2).astype(int)
        named[:, column] = codes.astype(str)
    return named
