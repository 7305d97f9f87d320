"""A million orders imported, beside DuckDB merely counting the same file."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from rich.console import Console
from rich.table import Table

from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

ORDERS = """
COPY (
    SELECT
        'O' || i AS order_id, 'C' || i % 300000 AS customer_id,
        'P' || i % 500 AS product_id,
        TIMESTAMP '2026-01-01' + INTERVAL (i * 7) SECOND AS purchased_at,
        (i % 9000) / 100 AS unit_price, 'USD' AS currency, 1 AS quantity,
        18 + i % 60 AS customer_age, lpad((i % 99999)::VARCHAR, 5, '0') AS zip,
        'web' AS channel
    FROM range({count}) AS r(i)
) TO '{folder}/orders.csv'
"""
PRODUCTS = """
COPY (SELECT 'P' || i AS product_id, 'Thing ' || i AS title FROM range(500) AS r(i))
TO '{folder}/products.csv'
"""


def run(count: int = 1_000_000) -> Table:
    """Return a table of seconds and ratios."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for query in (ORDERS, PRODUCTS):
            duckdb.sql(query.format(count=count, folder=folder))
        database = open_database(Settings(data_dir=folder / "data"))
        steps = {
            "DuckDB reads and counts": lambda: duckdb.sql(
                f"SELECT count(DISTINCT order_id) FROM '{folder}/orders.csv'"
            ).fetchall(),
            "import": lambda: import_folder(database, database.settings, folder),
            "the same again": lambda: import_folder(
                database, database.settings, folder
            ),
        }
        seconds = {name: _seconds(step) for name, step in steps.items()}
        database.close()
    table = Table("step", "seconds", "ratio", title=f"{count:,} orders, SQLite")
    bare = seconds["DuckDB reads and counts"]
    for step, took in seconds.items():
        table.add_row(step, f"{took:.2f}", f"{took / bare:.1f}")
    return table


def _seconds(step: object) -> float:
    started = time.perf_counter()
    step()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    Console().print(run())
