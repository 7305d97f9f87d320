"""All findings, computed and kept."""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from sqlmodel import select

from interventions.experiments.report import measure
from ml.daily import open_workbench
from ml.labels import label_orders
from ml.standing.findings import keep_finding
from reporting.findings.ages import age_skew
from reporting.findings.consents import count_consents
from reporting.findings.drivers import find_drivers
from reporting.findings.timing import around_the_peak, longevity, sentiment_and_returns
from store.database import Database
from store.duck import put
from store.settings import Settings
from store.tables import Population


def find(database: Database, settings: Settings) -> dict[str, Any]:
    """Compute all findings and keep them; return how many rows they are based on.

    Raises
    ------
    NotEnoughDataError
        If nothing was observed yet.
    """
    with open_workbench(database) as duck:
        drivers = _drivers(duck, database, settings)
    experiment = measure(database, settings)
    with database.writing() as session:
        keep_finding(session, "drivers", drivers)
        keep_finding(session, "experiment", experiment)
        keep_finding(session, "consents", {"purposes": count_consents(session)})
    return {"orders": drivers["orders"], "experiment_orders": experiment["orders"]}


def _drivers(
    duck: duckdb.DuckDBPyConnection, database: Database, settings: Settings
) -> dict[str, Any]:
    labelled = label_orders(duck, settings)
    rows = labelled.rows.append_column("y", pa.array(labelled.y))
    returned_on = pa.array(labelled.returned_on.astype("datetime64[D]"))
    rows = rows.append_column("returned_on", returned_on)
    rows = rows.append_column("returned", pa.array(~np.isnat(labelled.returned_on)))
    put(duck, "labelled_rows", rows)
    duck.execute(
        "CREATE OR REPLACE TEMP VIEW labelled AS SELECT *, "
        "1 - price_usd / nullif(list_price_usd, 0) AS discount, "
        "try_cast(regexp_extract(age_band, '^[0-9]+') AS INTEGER) AS age_from "
        "FROM labelled_rows"
    )
    with database.reading() as session:
        population = {p.age_band: p.share for p in session.exec(select(Population))}
    found = find_drivers(duck) | {
        "target": labelled.target,
        "orders": rows.num_rows,
        "around_the_peak": around_the_peak(duck),
        "longevity": longevity(duck),
        "sentiment": sentiment_and_returns(duck),
        "ages": age_skew(duck, population),
    }
    duck.execute("DROP VIEW labelled")
    duck.execute("DROP TABLE labelled_rows")
    return found
