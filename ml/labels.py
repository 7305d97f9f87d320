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
OUTCOME = ("target", "coded", "returned_on")


def label_orders(duck: duckdb.DuckDBPyConnection, settings: Settings) -> Dataset:
    """Link the orders on a workbench to what was known before them, and label them.

    Orders whose return window has not passed are left out. A return with a coded reason
    is regretted or not; one without is given a probability, as
    ``settings.silent_returns`` says. Where no return has a reason, every return counts.
    """
    target = put_labels(duck, settings)
    linked = duck.sql(
        "FROM labelled_order ORDER BY purchased_on, order_id"
    ).to_arrow_table()
    return Dataset(
        linked.drop_columns(list(OUTCOME)),
        linked["target"].to_numpy(),
        linked["coded"].to_numpy(),
        linked["returned_on"].to_numpy().astype("datetime64[D]"),
        target,
    )


def put_labels(duck: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Make the view ``labelled_order``: the orders, what was known before them, and
    their `OUTCOME`. Return its target: ``regret``, or ``returned`` where no return has
    a reason.
    """
    put_regret_reasons(duck, settings)
    returned = duck.sql(sql_beside(__file__, "labels")).to_arrow_table()
    tells = returned["regretted"].null_count < returned.num_rows
    if tells:
        y = returned["regretted"].cast(pa.float64()).to_numpy().copy()
        silent = np.isnan(y)
        y[silent] = silent_targets(returned, y, silent, settings)
    else:
        y = np.ones(returned.num_rows)
        silent = np.zeros(returned.num_rows, dtype=bool)
    label = returned.select(["order_id", "returned_on"])
    label = label.append_column("target", pa.array(y))
    duck.register("labels", label.append_column("coded", pa.array(~silent)))
    # A table of its own: then the join with it is planned by what it holds.
    duck.execute("CREATE OR REPLACE TEMP TABLE label AS FROM labels")
    duck.unregister("labels")
    labelled = sql_beside(__file__, "labelled_order")
    duck.execute(f"CREATE OR REPLACE TEMP VIEW labelled_order AS {labelled}")
    return "regret" if tells else "returned"


def put_regret_reasons(duck: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the table ``regret_reason``: the reasons that speak of regret."""
    reasons = [reason.strip().lower() for reason in settings.regret_reasons]
    put(duck, "regret_reason", pa.table({"reason": pa.array(reasons, pa.string())}))
