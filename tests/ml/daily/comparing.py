"""Whether two tables of daily rows say the same."""

import numpy as np
import pyarrow as pa

DAILY = ("hashtag_day", "category_day", "product_day")
MADE = (*DAILY, "linked_order")


def daily_tables(duck) -> dict[str, pa.Table]:
    """Return every daily table of a workbench, its rows in order."""
    return {
        name: duck.sql(f"FROM {name} ORDER BY ALL").to_arrow_table() for name in MADE
    }


def assert_same(one: pa.Table, other: pa.Table) -> None:
    """Compare all columns; sums may be added up in another order."""
    assert one.num_rows == other.num_rows
    for name in one.column_names:
        left, right = (t[name].combine_chunks() for t in (one, other))
        if pa.types.is_floating(left.type):
            pair = (
                column.to_numpy(zero_copy_only=False).astype(float)
                for column in (left, right)
            )
            np.testing.assert_allclose(
                *pair, rtol=1e-9, atol=1e-9, equal_nan=True, err_msg=name
            )
        else:
            assert left.to_pylist() == right.to_pylist(), name
