"""Challengers that wait, tried again when enough orders have come since: cheap where
nobody waits or too few orders came, for then no order is labelled.
"""

from datetime import date

import duckdb

from ml.features import GROUPS, Purpose
from ml.labels import label_orders
from ml.registry.trial import LEAST_ORDERS, Trial, retry_challengers
from ml.registry.versions import challengers, champion_row
from store.database import Database
from store.settings import Settings

LATER_ORDERS = (
    'SELECT count(*) FROM "order" AS o, bounds AS b WHERE o.purchased_at::DATE > ? '
    "AND o.purchased_at::DATE + b.return_window_days <= b.last_day"
)


def retry_waiting(
    duck: duckdb.DuckDBPyConnection, database: Database, settings: Settings
) -> list[Trial]:
    """Compare challengers that wait with their champion on the orders of a workbench.

    Returns
    -------
    list of Trial
        What came of it; empty where there was nothing new to compare on.
    """
    ready = [p for p in GROUPS if _ready(duck, waits_since(database, p))]
    if not ready:
        return []
    dataset = label_orders(duck, settings)
    return [t for p in ready for t in retry_challengers(database, settings, dataset, p)]


def waits_since(database: Database, purpose: Purpose) -> date | None:
    """Return the day after which orders count for who waits, None if nobody does."""
    champion = champion_row(database, purpose)
    learned = [waiting.window_to for waiting in challengers(database, purpose)]
    if champion is None or not learned:
        return None
    return max(champion.window_to, min(learned))


def _ready(duck: duckdb.DuckDBPyConnection, since: date | None) -> bool:
    if since is None:
        return False
    ((count,),) = duck.execute(LATER_ORDERS, [since]).fetchall()
    return bool(count >= LEAST_ORDERS)
