"""Fitting one model: grown on the past, calibrated and judged on what came later.

Trees are grown twice. First on the earlier orders: what these trees say of later ones
gives the number of rounds, the calibration and honest figures. Then on all orders, with
as many rounds for as many orders: the newest ones know most about today. The model is
a mean of both: trees lean on chance, most of all on the newest orders', whose level
no later order has put right yet; two that learned from different times lean less.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.dataset import Dataset
from ml.features import Encoder, Purpose
from ml.learning.averaging import averaged
from ml.learning.boosting import Booster, Report, Sample
from ml.learning.calibration import fit_calibration
from ml.learning.search import search
from ml.learning.weighting import band_weights
from ml.model import RegretModel
from ml.monitoring.reference import Reference
from store.errors import NotEnoughDataError

Floats = npt.NDArray[np.float64]
# The newest orders judge; of those before, the newest stop the growth.
JUDGED_SHARE = 0.15
STOP_SHARE = 0.15
LEAST_EACH = 10
# Most of what calibration gains by a mean of both, and hardly a loss in ranking.
TWIN_SHARE = 0.25


@dataclass(frozen=True)
class Recipe:
    """How a model is fitted.

    Parameters
    ----------
    purpose : str
        ``shopper`` or ``checkout``.
    seed : int
        The same one gives the same model.
    gap_days : int
        Days before a judged order whose orders are not learned from: their outcomes
        were not known then.
    band_shares : dict
        Age band -> share of the population to weigh rows to; empty: as they are.
    parameters : dict
        LightGBM's, over the house's own.
    search_trials : int
        So many parameters are tried; 0: none but the given.
    dask_address : str
        A Dask scheduler to grow the trees on; empty: here.
    report : callable
        Told how far it is.
    """

    purpose: Purpose
    seed: int = 7
    gap_days: int = 30
    band_shares: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    search_trials: int = 0
    dask_address: str = ""
    report: Report = lambda *_: None


@dataclass(frozen=True)
class Judged:
    """A model, later orders it never saw, and what it said of them.

    Attributes
    ----------
    model : RegretModel
        Of the same recipe, grown on the earlier orders only.
    test : Dataset
        The later orders, those whose outcome is known.
    risk : array (n_orders,)
        What it said.
    """

    model: RegretModel
    test: Dataset
    risk: Floats


@dataclass(frozen=True)
class Fitted:
    """A model that learned from all orders, and what its recipe is worth.

    Attributes
    ----------
    model : RegretModel
        To be served.
    judged : Judged
        Its twin.
    window_from, window_to : date
        First and last day of the orders.
    rounds : int
        Trees that all orders taught; the model has the twin's, too.
    parameters : dict
        LightGBM's, over the house's own.
    """

    model: RegretModel
    judged: Judged
    window_from: date
    window_to: date
    rounds: int
    parameters: dict[str, Any]


@dataclass(frozen=True)
class _Parts:
    """Which rows of a dataset, in order of time, do what."""

    learn: slice
    stop: slice
    later: slice  # all that the first trees did not learn from
    test: slice
    known_by: date  # what the first trees learn is as it was known then


def fit(dataset: Dataset, recipe: Recipe) -> Fitted:
    """Fit a model on orders, in order of time.

    Raises
    ------
    NotEnoughDataError
        If too little is left to learn from after what has to be held back.
    """
    parts = _parts(dataset, recipe.gap_days)
    encoder = Encoder.fitted(recipe.purpose, dataset.rows)
    now = _sample(encoder, dataset, recipe.band_shares)
    then = replace(now, y=dataset.as_known(parts.known_by).y)
    learn, stop = then.part(parts.learn), then.part(parts.stop)
    booster = _booster(encoder, recipe)
    if recipe.search_trials:
        found = search(booster, learn, stop, recipe.search_trials)
        booster = replace(booster, parameters=found)
    early = booster.stopped_early(learn, stop, f"{recipe.purpose}: earlier orders")
    later = now.part(parts.later)
    scores = np.asarray(early.predict(later.X, raw_score=True))
    reference = Reference.fitted(encoder.names, now.X, scores, encoder.categories)
    first_fit = fit_calibration(scores[: len(stop.y)], stop.y, stop.weight)
    twin = RegretModel(early, encoder, first_fit, reference)
    # More orders bear more trees; as many more as there are orders would be too many.
    rounds = round(early.best_iteration * (len(now.y) / len(learn.y)) ** 0.5)
    full = booster.fixed(now, rounds, f"{recipe.purpose}: all orders")
    both = averaged([early, full], [TWIN_SHARE, 1 - TWIN_SHARE])
    calibration = fit_calibration(scores, later.y, later.weight)
    return Fitted(
        RegretModel(both, encoder, calibration, reference),
        _judged(twin, dataset, parts, scores),
        *dataset.span,
        rounds,
        booster.parameters,
    )


def _parts(dataset: Dataset, gap_days: int) -> _Parts:
    first, last = dataset.span
    # A short history can't spare a whole return window.
    gap = min(gap_days, (last - first).days // 10)
    days = dataset.days
    test = _first_of_day(days, len(days) * (1 - JUDGED_SHARE))
    known = int(np.searchsorted(days, days[test] - np.timedelta64(gap, "D")))
    stop = _first_of_day(days, known * (1 - STOP_SHARE))
    parts = _Parts(
        slice(0, stop),
        slice(stop, known),
        slice(stop, len(days)),
        slice(test, len(days)),
        # A shorter gap would take what is not yet back for kept.
        days[test].astype(date) + timedelta(gap_days - gap),
    )
    for part in (parts.learn, parts.stop, parts.test):
        y = dataset.y[part]
        if min(y.sum(), (1 - y).sum()) < LEAST_EACH:
            raise NotEnoughDataError(
                f"of the orders from {days[part.start]} on, {len(y)} in a part of the "
                f"history, {y.sum():.0f} count as {dataset.target}: training needs at "
                f"least {LEAST_EACH} of either kind in each part of the time; give it "
                "a longer history"
            )
    return parts


def _first_of_day(days: npt.NDArray[np.datetime64], row: float) -> int:
    """Return the first row of the day on which a row lies."""
    return int(np.searchsorted(days, days[int(row)]))


def _sample(encoder: Encoder, dataset: Dataset, shares: dict[str, float]) -> Sample:
    matrix = encoder.matrix(dataset.rows)
    matrix[np.isinf(matrix)] = np.nan
    low, high = np.fmin.reduce(matrix), np.fmax.reduce(matrix)
    if not np.any(low < high):
        raise NotEnoughDataError(
            "no column tells one order from another: all are empty or always the same. "
            "Import hashtag_metrics, resale_listings or reviews, or prices with a rate"
        )
    return Sample(matrix, dataset.y, band_weights(dataset.rows, shares))


def _booster(encoder: Encoder, recipe: Recipe) -> Booster:
    return Booster(
        encoder.names,
        list(encoder.categories),
        recipe.seed,
        recipe.parameters,
        recipe.dask_address,
        recipe.report,
    )


def _judged(
    twin: RegretModel, dataset: Dataset, parts: _Parts, scores: Floats
) -> Judged:
    tested = np.arange(len(dataset.y)) >= parts.test.start
    risk = twin.calibration(scores[parts.test.start - parts.later.start :])[0]
    told = dataset.coded[parts.test]
    return Judged(twin, dataset.where(tested & dataset.coded), risk[told])
