"""The linked dataset: orders with what was known the day before, and their labels."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from ml.daily import open_workbench
from ml.dataset_columns import column_guide
from ml.prepare import prepare
from store.database import Database
from store.duck import put, sql_beside
from store.errors import NotEnoughDataError
from store.files import replaced
from store.settings import Settings

Floats = npt.NDArray[np.float64]
LEAST_ORDERS = 500
LEAST_EACH = 30


@dataclass(frozen=True)
class Dataset:
    """Orders whose return window has passed, in order of time.

    Attributes
    ----------
    rows : pyarrow.Table
        Features, as `daily/order_features.sql` describes them.
    y : array (n_orders,)
        1 regretted, 0 not; in between where a return gave no reason.
    coded : array (n_orders,) of bool
        Whether `y` is known: only these measure quality.
    target : str
        ``regret``, or ``returned`` where no return has a reason.
    """

    rows: pa.Table
    y: Floats
    coded: npt.NDArray[np.bool_]
    target: str

    @property
    def days(self) -> npt.NDArray[np.datetime64]:
        """Purchase days (n_orders,)."""
        days: npt.NDArray[np.datetime64] = self.rows["purchased_on"].to_numpy()
        return days

    def where(self, mask: npt.NDArray[np.bool_]) -> "Dataset":
        """Return the orders that `mask` picks."""
        picked = self.rows.filter(pa.array(mask))
        return Dataset(picked, self.y[mask], self.coded[mask], self.target)

    def between(self, first: date, end: date) -> "Dataset":
        """Return the orders from `first` up to, not including, `end`."""
        days = self.days
        return self.where((days >= np.datetime64(first)) & (days < np.datetime64(end)))


def label_orders(duck: duckdb.DuckDBPyConnection, settings: Settings) -> Dataset:
    """Link the orders on a workbench to what was known before them.

    Raises
    ------
    NotEnoughDataError
        If there are too few orders, or only of one outcome.
    """
    reasons = [reason.strip().lower() for reason in settings.regret_reasons]
    put(duck, "regret_reason", pa.table({"reason": reasons}))
    linked = duck.sql(
        f"SELECT * FROM linked_order JOIN ({sql_beside(__file__, 'order_labels')}) "
        "USING (order_id) ORDER BY purchased_on, order_id"
    ).to_arrow_table()
    has_reason = duck.sql(
        'SELECT count(*) FROM "return", bounds '
        "WHERE trim(reason) <> '' AND returned_at::DATE <= last_day"
    ).fetchall()[0][0]
    dataset = Dataset(
        linked.drop_columns(["target", "coded"]),
        linked["target"].to_numpy(),
        linked["coded"].to_numpy(zero_copy_only=False),
        "regret" if has_reason else "returned",
    )
    _check(dataset, settings)
    return dataset


def _check(dataset: Dataset, settings: Settings) -> None:
    count = len(dataset.y)
    regretted = int(np.sum(dataset.y == 1))
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
    days = pc.count_distinct(dataset.rows["purchased_on"]).as_py()
    if days < 20:
        raise NotEnoughDataError(
            f"the orders lie on {days} days; training needs 20, to test on later ones"
        )


def split_days(first: date, last: date, *shares: float) -> list[date]:
    """Return the days that cut a span at shares of its length.

    >>> split_days(date(2026, 1, 1), date(2026, 1, 11), 0.5)
    [datetime.date(2026, 1, 6)]
    """
    length = (last - first).days
    return [first + timedelta(days=round(length * share)) for share in shares]


def write_dataset(
    database: Database, settings: Settings, out: Path, as_of: date | None = None
) -> dict[str, Any]:
    """Write the linked dataset as Parquet: features, `target` and `coded`; beside it
    ``<name>.columns.md``, which tells what each column is.

    Returns
    -------
    dict
        Rows, target and both files.
    """
    prepare(database)
    with open_workbench(database, as_of) as duck:
        dataset = label_orders(duck, settings)
    rows = dataset.rows.append_column("target", pa.array(dataset.y))
    rows = rows.append_column("coded", pa.array(dataset.coded))
    guide = out.with_suffix(".columns.md")
    with replaced(guide) as told, replaced(out) as draft:
        parquet.write_table(rows, draft)
        told.write_text(column_guide(rows, dataset.target), encoding="utf-8")
    return {
        "rows": rows.num_rows,
        "target": dataset.target,
        "out": str(out),
        "columns": str(guide),
    }
