"""Gradient boosting with the house's parameters: here, or spread by Dask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# What is done, so much of so much.
Report = Callable[[str, int, int], None]
MOST_ROUNDS = 1500
PATIENCE_ROUNDS = 150
PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy",  # as binary, and it takes a silent return's share
    "learning_rate": 0.05,
    # Small trees of few columns each: orders are few, and what matters adds up.
    "num_leaves": 8,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "cat_smooth": 30.0,
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
}
# The more of it, the likelier (1) or the less likely (-1) regret is, whatever chance
# says in a corner with few orders.
MONOTONE: dict[str, int] = {
    "return_rate": 1,
    "customer_return_rate": 1,
    "regret_talk": 1,
    "sentiment_score": -1,
    "rating_mean": -1,
    "resale_drop": 1,
}


@dataclass(frozen=True)
class Sample:
    """Rows to learn from.

    Attributes
    ----------
    X : array (n_rows, n_features)
        NaN where nothing is known.
    y : array (n_rows,)
        0-1.
    weight : array (n_rows,)
        As how many rows each counts.
    """

    X: Floats
    y: Floats
    weight: Floats

    def part(self, rows: slice) -> "Sample":
        """Return some of the rows."""
        return Sample(self.X[rows], self.y[rows], self.weight[rows])


@dataclass(frozen=True)
class Booster:
    """How trees are grown.

    Parameters
    ----------
    names : list of str
        The matrix's columns.
    categorical : list of str
        Those of them that are codes.
    seed : int
        Of all that is random; the same one gives the same trees.
    parameters : dict
        LightGBM's, over the house's own.
    dask_address : str
        A Dask scheduler whose workers grow the trees; empty: they grow here.
    report : callable
        Told how far it is.
    """

    names: list[str]
    categorical: list[str]
    seed: int
    parameters: dict[str, Any] = field(default_factory=dict)
    dask_address: str = ""
    report: Report = lambda *_: None

    def stopped_early(self, learn: Sample, stop: Sample, step: str) -> lgb.Booster:
        """Grow trees on `learn` as long as they help on `stop`."""
        matrix = self._matrix(learn)
        valid = lgb.Dataset(stop.X, stop.y, weight=stop.weight, reference=matrix)
        early = lgb.early_stopping(PATIENCE_ROUNDS, verbose=False)
        return lgb.train(
            self.all_parameters,
            matrix,
            MOST_ROUNDS,
            valid_sets=[valid],
            callbacks=[early, self._reporter(step)],
        )

    def fixed(self, learn: Sample, rounds: int, step: str) -> lgb.Booster:
        """Grow so many trees."""
        if self.dask_address:
            return self._spread(learn, rounds, step)
        matrix = self._matrix(learn)
        callbacks = [self._reporter(step)]
        return lgb.train(self.all_parameters, matrix, rounds, callbacks=callbacks)

    @property
    def all_parameters(self) -> dict[str, Any]:
        """LightGBM's parameters, complete."""
        rules = {"monotone_constraints": [MONOTONE.get(n, 0) for n in self.names]}
        return PARAMETERS | rules | self.parameters | {"seed": self.seed}

    def _matrix(self, sample: Sample) -> lgb.Dataset:
        return lgb.Dataset(
            sample.X,
            sample.y,
            weight=sample.weight,
            feature_name=self.names,
            categorical_feature=self.categorical,
            params={"verbosity": -1},
        )

    def _spread(self, learn: Sample, rounds: int, step: str) -> lgb.Booster:
        from ml.learning.boosting_dask import boost_on_dask  # noqa: PLC0415 - an extra of its own

        self.report(step, 0, rounds)
        booster = boost_on_dask(self, learn, rounds)
        self.report(step, rounds, rounds)
        return booster

    def _reporter(self, step: str) -> Callable[[Any], None]:
        def tell(env: Any) -> None:
            self.report(step, env.iteration + 1, env.end_iteration)

        return tell
