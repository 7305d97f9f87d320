"""The search for better parameters, on a budget and only on the past."""

from dataclasses import replace
from typing import Any

import optuna

from ml.learning.boosting import PARAMETERS, Booster, Sample

SEARCHED = (
    "learning_rate",
    "num_leaves",
    "min_data_in_leaf",
    "feature_fraction",
    "lambda_l2",
)


def search(
    booster: Booster, learn: Sample, stop: Sample, trials: int
) -> dict[str, Any]:
    """Return the parameters that did best on `stop`, after so many trials.

    The house's own parameters are the first trial, so the result is no worse there.

    References
    ----------
    Akiba et al., KDD 2019 (Optuna); Bergstra et al., NeurIPS 2011 (TPE).
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=booster.seed))
    study.enqueue_trial({name: PARAMETERS[name] for name in SEARCHED})

    def loss(trial: optuna.Trial) -> float:
        tried = replace(booster, parameters=_drawn(trial), report=lambda *_: None)
        fitted = tried.stopped_early(learn, stop, "")
        booster.report("parameters", trial.number + 1, trials)
        return float(fitted.best_score["valid_0"]["cross_entropy"])

    study.optimize(loss, n_trials=trials)
    return dict(study.best_params)


def _drawn(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 20, 500, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
    }
