"""How old the buyers are beside the population, and what that does to the rate."""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from ml.learning.weighting import band_weights
from reporting.figures.values import share_of


def age_skew(
    duck: duckdb.DuckDBPyConnection, population: dict[str, float]
) -> dict[str, Any]:
    """Return regret by age band, and the rate as it is and as the population's mix of
    ages would have it.

    Parameters
    ----------
    population : dict
        Age band -> share of the population; empty where none was imported.
    """
    rows = duck.sql(
        "SELECT age_band, count(*) AS n, sum(y) AS regretted FROM labelled "
        "WHERE age_band IS NOT NULL GROUP BY age_band ORDER BY age_band"
    ).fetchall()
    buyers = sum(n for _, n, _ in rows)
    bands = [
        {
            "age_band": band,
            "buyers_share": n / buyers,
            "population_share": population.get(band),
            "regret_rate": regretted / n,
            "low": share_of([(round(regretted), n)]).low,
            "high": share_of([(round(regretted), n)]).high,
            "n": n,
        }
        for band, n, regretted in rows
    ]
    labelled = duck.sql("SELECT age_band, y FROM labelled").to_arrow_table()
    return {"bands": bands} | _rates(labelled, population)


def _rates(labelled: pa.Table, population: dict[str, float]) -> dict[str, Any]:
    y = labelled["y"].to_numpy()
    if not len(y):
        return {"regret_rate": None, "reweighted_rate": None}
    weights = band_weights(labelled, population) if population else None
    reweighted = None if weights is None else float(np.average(y, weights=weights))
    return {"regret_rate": float(y.mean()), "reweighted_rate": reweighted}
