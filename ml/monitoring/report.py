"""The monitor: drift and freshness of what is served, and which of it is an alarm."""

import logging
from typing import Any, get_args

import duckdb

from ml.daily import open_workbench
from ml.features import Purpose
from ml.monitoring.drift import find_drift
from ml.monitoring.freshness import find_freshness
from ml.registry.models import champion
from store.clock import utc_now
from store.database import Database
from store.errors import CorruptModelError, NoModelError, NotEnoughDataError
from store.settings import Settings

logger = logging.getLogger("trendguard.monitor")
# So many of the newest orders tell as much as all of them.
MOST_ROWS = 50_000
NEW_ORDERS = (
    "SELECT * FROM linked_order WHERE purchased_on > ? "
    f"ORDER BY purchased_on DESC, order_id LIMIT {MOST_ROWS}"
)
Row = dict[str, Any]


def monitor(database: Database, settings: Settings) -> dict[str, Any]:
    """Check what is served; each alarm is logged as a warning.

    Orders are compared that came after all that the served model learned from.

    Returns
    -------
    dict
        ``checked_at``, ``alarms`` (in words), ``drift`` and ``freshness``.
    """
    now = utc_now()
    with database.reading() as session:
        ages = [each.as_dict() for each in find_freshness(session, settings, now)]
    drifts, alarms = _drifts(database, settings)
    alarms += [_stale(row) for row in ages if row["stale"]]
    alarms += [_drifted(row) for row in drifts if row["drifted"]]
    for alarm in alarms:
        logger.warning("%s", alarm)
    return {"checked_at": now, "alarms": alarms, "drift": drifts, "freshness": ages}


def _drifts(database: Database, settings: Settings) -> tuple[list[Row], list[str]]:
    rows, alarms = [], []
    try:
        with open_workbench(database) as duck:
            for purpose in get_args(Purpose):
                try:
                    rows += _drift(duck, database, settings, purpose)
                except NoModelError:
                    continue  # the freshness says that it is missing
                except CorruptModelError as error:
                    alarms.append(str(error))
    except NotEnoughDataError:
        pass  # an empty store; the freshness says so too
    return rows, alarms


def _drift(
    duck: duckdb.DuckDBPyConnection,
    database: Database,
    settings: Settings,
    purpose: Purpose,
) -> list[Row]:
    version, model = champion(database, settings, purpose)
    orders = duck.sql(NEW_ORDERS, params=[version.window_to]).to_arrow_table()
    matrix = model.encoder.matrix(orders)
    found = find_drift(model.reference, matrix, model.scores(orders))
    return [{"purpose": purpose, **each.as_dict()} for each in found]


def _drifted(row: Row) -> str:
    return (
        f"{row['feature']} of the {row['purpose']} model has moved: PSI "
        f"{row['psi']:.2f}, more than {row['threshold']:.2f}, over {row['n']} orders "
        "since its training; see whether the source has changed, or train anew"
    )


def _stale(row: Row) -> str:
    if row["newest_at"] is None:
        return f"there is no {row['what']} at all"
    return (
        f"the newest {row['what']} is {row['age_days']:.1f} days old, more than "
        f"{row['most_days']}"
    )
