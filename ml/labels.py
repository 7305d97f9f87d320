"""Which orders count as regretted, and how likely those that do not say so."""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.dataset import Dataset
from ml.learning.silent_returns import silent_targets
from store.duck import put, sql_beside
from store.settings import Settings

Floats = npt.NDArray[np.float64]
# Known when the order is judged, not before: these are no features.
OUTCOME = ("returned_on", "regretted", "kept_days", "faded", "level_at_return")


def label_orders(duck: duckdb.DuckDBPyConnection, settings: Settings) -> Dataset:
    """Link the orders on a workbench to what was known before them, and label them.

    Orders whose return window has not passed are left out. A return with a coded reason
    is regretted or not; one without is given a probability, as
    ``settings.silent_returns`` says. Where no return has a reason, every return counts.
    """
    put_regret_reasons(duck, settings)
    # A table of its own: then the join with it is planned by what it holds.
    labels = sql_beside(__file__, "labels")
    duck.execute(f"CREATE OR REPLACE TEMP TABLE label AS {labels}")
    linked = duck.sql(
        "SELECT * FROM linked_order JOIN label USING (order_id) "
        "ORDER BY purchased_on, order_id"
    ).to_arrow_table()
    duck.execute("DROP TABLE label")
    rows = linked.drop_columns(list(OUTCOME))
    returned_on = linked["returned_on"].to_numpy().astype("datetime64[D]")
    returned = ~np.isnat(returned_on)
    if linked["regretted"].null_count == linked.num_rows:
        everyone = np.ones(linked.num_rows, dtype=bool)
        return Dataset(rows, returned.astype(float), everyone, returned_on, "returned")
    regretted = linked["regretted"].cast(pa.float64()).to_numpy()
    silent = returned & np.isnan(regretted)
    y = np.where(returned, regretted, 0.0)
    y[silent] = silent_targets(linked, regretted, silent, settings)
    return Dataset(rows, y, ~silent, returned_on, "regret")


def put_regret_reasons(duck: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the table ``regret_reason``: the reasons that speak of regret."""
    reasons = [reason.strip().lower() for reason in settings.regret_reasons]
    put(duck, "regret_reason", pa.table({"reason": pa.array(reasons, pa.string())}))
