"""Import and link of a retailer's history, beside DuckDB merely counting its rows."""

import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from rich.console import Console
from rich.table import Table

PRODUCTS, HASHTAGS, DAYS = 2_000, 400, 730
FIRST_ON = date(2024, 11, 1)
FILES = {
    "products": """
        SELECT 'P' || i AS product_id,
            'Ribbed' || i % 97 || ' leggings number ' || i AS title,
            'Brand ' || i % 40 AS brand, 'Category ' || i % 12 AS category,
            10 + i % 90 AS list_price, 'USD' AS currency,
            '#trend' || i % {hashtags} AS hashtags
        FROM range({products}) AS r(i)
    """,
    "orders": """
        SELECT 'O' || lpad((i + {first_order})::VARCHAR, 8, '0') AS order_id,
            'C' || hash(i) % (1 + {orders} // 3) AS customer_id,
            'P' || hash(i * 31) % {products} AS product_id,
            {at} + INTERVAL (i * {seconds} / {orders}) SECOND AS purchased_at,
            10 + i % 9000 / 100 AS unit_price, 'USD' AS currency, 1 AS quantity,
            18 + i % 60 AS customer_age, lpad((i % 99999)::VARCHAR, 5, '0') AS zip,
            ['web', 'app', 'tiktok_shop'][1 + i % 3] AS channel
        FROM range({orders}) AS r(i)
    """,
    "returns": """
        SELECT 'O' || lpad((i + {first_order})::VARCHAR, 8, '0') AS order_id,
            {at} + INTERVAL (i * {seconds} / {orders}) SECOND
                + INTERVAL (3 + i % 25) DAY AS returned_at,
            ['changed mind', 'defective', 'too small', NULL][1 + i % 4] AS reason
        FROM range(0, {orders}, 6) AS r(i)
        WHERE returned_at < {at} + INTERVAL ({seconds}) SECOND
    """,
    "hashtag_metrics": """
        SELECT '#trend' || h AS hashtag,
            {at} + INTERVAL (d * 21600 + h) SECOND AS observed_at,
            ((t + 1 + 150 * (1 + sin((t + 9 * h) / 200))) * (50000 + 1000 * h))::BIGINT
                AS view_count,
            t * 10 AS video_count
        FROM range({hashtags}) AS r(h),
            (SELECT d, {day} * 4 + d AS t FROM range({seconds} // 21600) AS s(d))
    """,
    "videos": """
        SELECT '7' || {day} * 1000 + i AS video_id,
            '#trend' || i % {hashtags} AS hashtag,
            {at} + INTERVAL (i * {seconds} / {videos}) SECOND AS created_at,
            1000 + hash(i) % 1000000 AS views, 50 + hash(i) % 50000 AS likes,
            2 + hash(i) % 900 AS comments, 1 + hash(i) % 700 AS shares,
            {at} + INTERVAL (i * {seconds} / {videos}) SECOND AS observed_at
        FROM range({videos}) AS r(i)
    """,
    "resale_listings": """
        SELECT ({day} * 1000 + i)::VARCHAR AS listing_id,
            ['ebay', 'poshmark'][1 + i % 2] AS site,
            'P' || p AS product_id,
            'Ribbed' || p % 97 || ' leggings number ' || p AS title,
            5 + i % 80 AS price, 5 AS shipping, 'USD' AS currency,
            'Pre-Owned' AS condition, ['active', 'sold'][1 + i % 2] AS status,
            {at} + INTERVAL (i * {seconds} / {listings}) SECOND AS observed_at
        FROM (SELECT i, i % {products} AS p FROM range({listings}) AS r(i))
    """,
    "reviews": """
        SELECT 'P' || hash(i) % {products} AS product_id,
            {at} + INTERVAL (i * {seconds} / {reviews}) SECOND AS reviewed_at,
            1 + hash(i) % 5 AS rating,
            ['I love it', 'Fell apart after a week', 'Runs small, sent it back',
                'Great quality for the price', 'Would not buy again'][1 + i % 5] AS text
        FROM range({reviews}) AS r(i)
    """,
}
# One process a step, so that each starts cold and has a peak of its own.
STEP = """
import resource, sys, time
from pathlib import Path
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings
from ml.dataset_file import write_dataset
folder, data = map(Path, sys.argv[1:])
settings = Settings(data_dir=data)
started = time.perf_counter()
database = open_database(settings)
import_folder(database, settings, folder)
imported = time.perf_counter()
write_dataset(database, settings, data / "linked.parquet")
linked = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(imported - started, linked - imported, peak / 1024)
"""


def run(sizes: tuple[int, ...] = (500_000, 5_000_000)) -> Table:
    """Return a table of seconds, ratios and memory."""
    table = Table(
        "orders", "step", "seconds", "ratio", "peak MB", title="Import and link, SQLite"
    )
    for size in sizes:
        with TemporaryDirectory() as name:
            _measure(table, size, Path(name))
    return table


def _measure(table: Table, orders: int, folder: Path) -> None:
    history, day = folder / "history", folder / "day"
    write_files(history, orders, DAYS)
    write_files(day, max(orders // DAYS, 1), 1, after=DAYS, first_order=orders)
    bare = _bare(history, "SELECT count(COLUMNS(*)) FROM '{file}'")
    loaded = _bare(history, "CREATE TABLE {name} AS FROM '{file}'")
    ratio = f"{loaded / bare:.1f}"
    table.add_row(f"{orders:,}", "DuckDB reads and counts", f"{bare:.2f}", "1.0", "")
    table.add_row("", "DuckDB loads into memory", f"{loaded:.2f}", ratio, "")
    for step, source in (("history", history), ("one more day", day)):
        imported, linked, peak = _run_step(source, folder / "data")
        took = imported + linked
        what = f"{step}: import {imported:.2f}, link {linked:.2f}"
        table.add_row("", what, f"{took:.2f}", f"{took / bare:.1f}", f"{peak:,.0f}")
    shutil.rmtree(folder)


def write_files(
    folder: Path, orders: int, days: int, *, after: int = 0, first_order: int = 0
) -> None:
    """Write a made-up export of so many orders over so many days."""
    folder.mkdir()
    at = FIRST_ON + timedelta(after)
    values = {
        "orders": orders,
        "first_order": first_order,
        "products": PRODUCTS,
        "hashtags": HASHTAGS,
        "at": f"TIMESTAMP '{at}'",
        "day": after,
        "seconds": days * 86_400,
        "videos": 150 * days,
        "listings": 300 * days,
        "reviews": max(orders // 10, 1),
    }
    for name, query in FILES.items():
        sql = query.format(**values)
        duckdb.sql(f"COPY ({sql}) TO '{folder}/{name}.csv'")


def _bare(folder: Path, query: str) -> float:
    """Return the seconds that DuckDB takes for a query of each file, one by one."""
    started = time.perf_counter()
    with duckdb.connect() as duck:
        for name in FILES:
            duck.execute(query.format(name=name, file=folder / f"{name}.csv"))
    return time.perf_counter() - started


def _run_step(source: Path, data: Path) -> tuple[float, float, float]:
    done = subprocess.run(
        [sys.executable, "-c", STEP, str(source), str(data)],
        check=True,
        capture_output=True,
        text=True,
    )
    imported, linked, peak = map(float, done.stdout.split())
    return imported, linked, peak


if __name__ == "__main__":
    Console().print(run(tuple(map(int, sys.argv[1:])) or (500_000,)))
