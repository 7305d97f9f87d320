"""What was counted of each product up to each day's end: running totals of its events.

Not in SQL: a window over days costs DuckDB a search of a tree per row and total.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
# Days before `from_day` that `event_day` tells apart.
LEAD_DAYS = 30
# So many totals are in memory at a time, of each kind.
BLOCK_CELLS = 1_000_000
TOTALS = {
    "order_n": "order_count",
    "judged_n": "return_n",
    "returned_n": "returned_n",
    "sentiment_n": "sentiment_n",
    "polarity": "polarity",
    "regret_n": "regret_n",
    "regret": "regret",
    "rating_n": "rating_n",
    "rating": "rating",
    "other_language_n": "other_language_n",
}
RECENT = {
    "order_n": ("recent_order_count", 7),
    "came_back_n": ("recent_return_n", LEAD_DAYS),
}
NEWEST = {
    "returned_at": "return_as_of",
    "reviewed_at": "sentiment_as_of",
    "rated_at": "rating_as_of",
}
NEVER = np.iinfo(np.int64).min
MOMENT = pa.timestamp("us", "UTC")


def put_counted(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``counted``: a row per product in ``todo`` and day from its
    ``from_day`` on.

    Reads ``todo``, ``event_day`` and ``bounds(last_day)``.
    """
    last = duck.sql("SELECT last_day FROM bounds").to_arrow_table()["last_day"]
    todo = duck.sql("FROM todo ORDER BY from_day, product_id").to_arrow_table()
    events = duck.sql(
        "SELECT e.* FROM event_day AS e JOIN todo USING (product_id), bounds "
        "WHERE day <= last_day ORDER BY from_day, product_id"
    ).to_arrow_table()
    none = np.empty(0, np.int64)
    nothing = _block(todo["product_id"][:0], none, events[:0], none)
    duck.register("block", nothing)
    duck.execute("CREATE OR REPLACE TEMP TABLE counted AS FROM block")
    for block in _blocks(todo, events, _numbers(last)[0]):
        duck.register("block", block)
        duck.execute("INSERT INTO counted BY NAME FROM block")
    duck.unregister("block")


def _blocks(todo: pa.Table, events: pa.Table, last: int) -> Iterator[pa.Table]:
    """Yield the rows of some products at a time, all of them with the same days."""
    begins = _numbers(todo["from_day"])
    product = pc.index_in(events["product_id"], todo["product_id"].combine_chunks())
    product = product.to_numpy()
    low = 0
    while low < len(begins):
        days = last - begins[low] + 1
        alike = np.searchsorted(begins, begins[low], side="right")
        high = min(alike, low + max(BLOCK_CELLS // days, 1))
        start, end = np.searchsorted(product, (low, high))
        yield _block(
            todo["product_id"][low:high],
            np.arange(begins[low], last + 1),
            events.slice(start, end - start),
            product[start:end] - low,
        )
        low = high


def _block(
    ids: pa.ChunkedArray, days: Ints, events: pa.Table, product: Ints
) -> pa.Table:
    """Return the rows of products of the same days, one after another.

    Parameters
    ----------
    product : array (n_events,)
        Position of each event's product.
    """
    lead = days[0] - LEAD_DAYS if len(days) else 0
    cells = product, _numbers(events["day"]) - lead
    shape = len(ids), len(days) + LEAD_DAYS
    number = np.repeat(np.arange(len(ids)), len(days))
    return pa.table(
        {
            "product_id": ids.take(pa.array(number)),
            "day": pa.array(np.tile(days, len(ids)).astype(np.int32), pa.date32()),
        }
        | _columns(events, cells, shape)
    )


def _columns(
    events: pa.Table, cells: tuple[Ints, Ints], shape: tuple[int, int]
) -> dict[str, pa.Array]:
    """Return the columns that are counted, those of one product after another.

    Parameters
    ----------
    cells : tuple of array (n_events,)
        Product and day of each event.
    shape : tuple of int
        How many products and days; the first `LEAD_DAYS` are left out.
    """

    def spread(name: str, nothing: int, kind: type = int) -> npt.NDArray[Any]:
        days: npt.NDArray[Any] = np.full(shape, nothing, kind)
        values = events[name].cast(pa.from_numpy_dtype(days.dtype))
        days[cells] = values.fill_null(nothing).to_numpy()
        return days

    columns = {}
    for name, total in TOTALS.items():
        kind = float if pa.types.is_floating(events[name].type) else int
        so_far = spread(name, 0, kind).cumsum(axis=1)
        columns[total] = pa.array(so_far[:, LEAD_DAYS:].ravel())
    for name, (total, length) in RECENT.items():
        so_far = spread(name, 0).cumsum(axis=1)
        before = so_far[:, LEAD_DAYS - length : -length]
        columns[total] = pa.array((so_far[:, LEAD_DAYS:] - before).ravel())
    for name, newest in NEWEST.items():
        at = np.maximum.accumulate(spread(name, NEVER), axis=1)[:, LEAD_DAYS:].ravel()
        columns[newest] = pa.array(at, mask=at == NEVER).cast(MOMENT)
    return columns


def _numbers(days: pa.ChunkedArray) -> Ints:
    numbers: Ints = days.cast(pa.int32()).to_numpy().astype(np.int64)
    return numbers
