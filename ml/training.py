"""Training: a model for each purpose, fitted, judged and entered in the registry."""

from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import col, select

from ml.daily import open_workbench
from ml.dataset import Dataset
from ml.features import GROUPS, Purpose
from ml.labels import label_orders
from ml.learning.boosting import Report
from ml.learning.fitting import Fitted, Recipe, fit
from ml.learning.weighting import band_weights
from ml.prepare import prepare
from ml.quality.measured import quality
from ml.registry.models import register
from ml.registry.trial import first_trial, retry_challengers
from ml.registry.versions import champion_row
from store.clock import utc_now
from store.database import Database
from store.errors import NotEnoughDataError
from store.settings import Settings
from store.tables import Population

LEAST_ORDERS = 500
LEAST_EACH = 30
LEAST_DAYS = 20
LEAST_PRODUCTS = 5


def train(
    database: Database,
    settings: Settings,
    as_of: date | None = None,
    report: Report = lambda *_: None,
) -> dict[str, Any]:
    """Train, judge and register a model for each purpose.

    Parameters
    ----------
    as_of : date, optional
        Pretend that nothing after this day is known.
    report : callable, optional
        Told how far it is: the step, so much done, of so much.

    Returns
    -------
    dict
        Purpose -> version, what was decided of it, and figures out of time.

    Raises
    ------
    NotEnoughDataError
        With what is missing.
    """
    prepare(database)
    with open_workbench(database, as_of) as duck:
        dataset = label_orders(duck, settings)
    check_trainable(dataset, settings)
    # The shop's own customers are as they are; who looks at a card is anybody.
    shares = {"shopper": _population(database)}
    trained_at = utc_now().astimezone(UTC)
    result: dict[str, Any] = {}
    for purpose in GROUPS:
        recipe = Recipe(
            purpose=purpose,
            seed=settings.seed,
            gap_days=settings.return_window_days,
            band_shares=shares.get(purpose, {}),
            parameters=_found_before(database, purpose),
            search_trials=settings.search_trials,
            dask_address=settings.dask_address,
            report=report,
        )
        retry_challengers(database, settings, dataset, purpose)
        fitted = fit(dataset, recipe)
        result[purpose] = _enter(database, settings, recipe, fitted, trained_at)
    return result


def check_trainable(dataset: Dataset, settings: Settings) -> None:
    """Raise NotEnoughDataError, with what is needed, unless there is enough."""
    count = len(dataset.y)
    regretted = int((dataset.y == 1).sum())
    if count < LEAST_ORDERS:
        raise NotEnoughDataError(
            f"{count} orders are older than the return window of "
            f"{settings.return_window_days} days; training needs {LEAST_ORDERS}"
        )
    if min(regretted, count - regretted) < LEAST_EACH:
        raise NotEnoughDataError(
            f"{regretted} of {count} orders count as {dataset.target}; training needs "
            f"at least {LEAST_EACH} of either kind. Check returns.csv and "
            "TRENDGUARD_REGRET_REASONS"
        )
    for name, least, words in (
        (
            "purchased_on",
            LEAST_DAYS,
            "lie on {} days; training needs {}, to test later",
        ),
        (
            "product_id",
            LEAST_PRODUCTS,
            "are of {} products; training needs {} to compare",
        ),
    ):
        found = len(dataset.rows[name].unique())
        if found < least:
            raise NotEnoughDataError(f"the orders {words.format(found, least)}")


def _enter(
    database: Database,
    settings: Settings,
    recipe: Recipe,
    fitted: Fitted,
    trained_at: datetime,
) -> dict[str, Any]:
    judged = fitted.judged
    test = judged.test
    weight = test.coding_weight * band_weights(test.rows, recipe.band_shares)
    measured = quality(test.rows, test.y, judged.risk, weight)
    measured |= {"rounds": fitted.rounds, "parameters": fitted.parameters}
    version = register(
        database,
        settings,
        fitted.model,
        trained_at=trained_at,
        target=test.target,
        window=(fitted.window_from, fitted.window_to),
        quality=measured,
    )
    trial = first_trial(database, settings, version, test, judged.risk)
    return {"target": test.target, **measured, **trial.as_dict()}


def _population(database: Database) -> dict[str, float]:
    query = select(col(Population.age_band), col(Population.share))
    with database.reading() as session:
        return dict(session.execute(query).all())


def _found_before(database: Database, purpose: Purpose) -> dict[str, Any]:
    """Return the parameters that the champion's search found, if it had one."""
    champion = champion_row(database, purpose)
    return champion.figures.get("parameters", {}) if champion else {}
