"""What was paid for each order: a view for all that adds it up."""

import duckdb

from store.duck import sql_beside


def view_paid_orders(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the view `paid_order` of a workbench's orders."""
    query = sql_beside(__file__, "paid_order")
    duck.execute(f"CREATE OR REPLACE TEMP VIEW paid_order AS {query}")
