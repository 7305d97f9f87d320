"""Every page of the dashboard with five million orders, beside the bare SQL of its
slowest query.
"""

import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from ml.standing.findings import keep_finding
from reporting.findings.consents import count_consents
from server.app import create_app
from store.bulk import insert_rows, sql_table
from store.database import Database, open_database
from store.settings import Settings
from store.tables import (
    AuditEvent,
    Consent,
    CrawlRun,
    HashtagDay,
    Order,
    Product,
    ProductDay,
    ProductHashtag,
    RiskWeek,
    SalesDay,
    Watch,
)

PRODUCTS, HASHTAGS, CATEGORIES, DAYS = 2_000, 500, 12, 730
LAST = "DATE '2026-11-20'"
SPAN = {"first": "2024-11-21", "last": "2026-11-20", "closed_through": "2026-10-21"}
PAGES = {
    "overview": "/dashboard/",
    "overview of a category": "/dashboard/?category=c3",
    "overview of a hashtag": "/dashboard/?hashtag=h7",
    "of both": "/dashboard/?category=c3&hashtag=h3",
    "overview of two years": "/dashboard/?from=2024-11-21",
    "product": "/dashboard/products/P7",
    "hashtag": "/dashboard/hashtags/h7",
    "alerts": "/dashboard/alerts/",
    "model": "/dashboard/model/",
    "privacy": "/dashboard/privacy/",
    "crawls": "/dashboard/crawls/",
}
TIMES = 7
TOKEN = "b" * 40
FILE = "trendguard.db"
# Skewed, as sales are: a few products are bought most.
ORDERS = f"""
SELECT
    'O' || i AS order_id, sha256('C' || i * 3 // 10) AS customer_pseudonym,
    'P' || floor(pow(hash(i) % 1000003 / 1000003.0, 2) * {PRODUCTS})::INTEGER
        AS product_id,
    ({LAST} - INTERVAL 1 DAY * (hash(i + 1) % {DAYS})::INTEGER)::TIMESTAMPTZ
        AS purchased_at,
    1000 + i * 37 % 9000 AS unit_price_minor, 'USD' AS currency, 1 AS quantity
FROM range({{count}}) AS r(i)
"""
SALES = """
WITH own AS (
    SELECT product_id, purchased_at::DATE AS day, unit_price_minor AS cents,
        hash(order_id) % 10 AS luck
    FROM "order"
),
scoped AS (
    SELECT 'product' AS scope, product_id AS key, * FROM own
    UNION ALL SELECT 'shop', '', * FROM own
    UNION ALL SELECT 'category', category, own.*
    FROM own JOIN product USING (product_id)
    UNION ALL SELECT 'hashtag', hashtag, own.*
    FROM own JOIN product_hashtag USING (product_id)
)
SELECT scope, key, day, count(*)::INTEGER AS order_count,
    count(*)::INTEGER AS unit_count, sum(cents)::BIGINT AS sales_cents,
    count_if(luck < 3)::INTEGER AS returned_count,
    coalesce(sum(cents) FILTER (luck < 3), 0)::BIGINT AS returned_cents,
    count_if(luck < 2)::INTEGER AS coded_count,
    count_if(luck < 1)::INTEGER AS regretted_count
FROM scoped GROUP BY ALL ORDER BY scope, key, day
"""
RISKS = f"""
WITH thing AS (
    SELECT 'product' AS scope, product_id AS key FROM product
    UNION ALL SELECT DISTINCT 'category', category FROM product
    UNION ALL SELECT DISTINCT 'hashtag', hashtag FROM product_hashtag
    UNION ALL SELECT 'shop', ''
)
SELECT scope, key, date_trunc('week', {LAST})::DATE - w::INTEGER * 7 AS week,
    {LAST} - w::INTEGER * 7 AS day, 40 AS order_count, 12.0 AS expected_count,
    hash(key) % 100 / 100.0 AS risk, risk * 0.8 AS risk_low, risk AS risk_high,
    'enough' AS evidence, 20 AS open_count, 100000 AS open_cents,
    (risk * 100000)::BIGINT AS at_stake_cents
FROM thing, range(52) AS r(w)
"""
HASHTAG_DAYS = f"""
SELECT 'h' || i AS hashtag, {LAST} - d::INTEGER AS day, now() AS observed_at,
    1000000 AS view_count, 900.0 AS daily_views, 0.1 AS bot_share,
    810.0 AS real_daily_views, 800.0 + d AS smooth_views, 0.1 AS velocity_rate,
    2000.0 AS peak_views, 1 AS wave, 2000.0 AS wave_peak_views,
    {LAST} - 100 AS peak_on, 100 AS days_since_peak, 0.5 AS level, 90 AS trended_days,
    'Decline' AS stage
FROM range({HASHTAGS}) AS r(i), range({DAYS}) AS s(d)
"""
PRODUCT_DAYS = f"""
SELECT 'P' || i AS product_id, {LAST} - d::INTEGER AS day,
    'h' || i % {HASHTAGS} AS hashtag,
    'Decline' AS stage, 0.5 AS level, 0.1 AS velocity_rate, 100 AS days_since_peak,
    90 AS trended_days, 50.0 AS list_price_usd, 0.4 AS resale_drop,
    30.0 AS resale_median_ask_usd, 4 AS resale_sold_n, 9 AS resale_n,
    0.1 AS sentiment_score, 30 AS sentiment_n, 3.9 AS rating_mean, 30 AS rating_n,
    0 AS other_language_n,
    2500 AS order_count, 40 AS recent_order_count, 0.3 AS return_rate, 2400 AS return_n,
    300 AS recent_return_n
FROM range({PRODUCTS}) AS r(i), range({DAYS}) AS s(d)
"""
# What is made, in the order in which one refers to another.
ROWS: tuple[tuple[Any, str], ...] = (
    (
        Product,
        f"SELECT 'P' || i AS product_id, 'Thing ' || i AS title, "
        f"'c' || i % {CATEGORIES} AS category FROM range({PRODUCTS}) AS r(i)",
    ),
    (
        ProductHashtag,
        f"SELECT product_id, 'h' || substr(product_id, 2)::INTEGER % {HASHTAGS} "
        "AS hashtag, 0.9 AS confidence, 'title' AS method FROM product",
    ),
    (Order, ORDERS),
    (SalesDay, SALES),
    (RiskWeek, RISKS),
    (HashtagDay, HASHTAG_DAYS),
    (ProductDay, PRODUCT_DAYS),
    (
        Consent,
        "SELECT sha256('C' || i) AS customer_pseudonym, purpose, "
        "TIMESTAMPTZ '2026-01-01' AS decided_at, i % 10 < 7 AS is_given, "
        "'bench' AS source "
        "FROM range({count} * 3 // 10) AS r(i), "
        "(VALUES ('email'), ('sms')) AS p(purpose)",
    ),
    (
        CrawlRun,
        "SELECT md5(i::VARCHAR) AS run_id, md5(i::VARCHAR) AS request_key, "
        "['ebay_search', 'poshmark_search', 'tiktok_tag'][1 + i % 3] AS spider, "
        """'{{"hashtag": "h", "query": "q"}}' AS arguments, 'done' AS state, """
        "'ok' AS outcome, 'schedule' AS asked_by, "
        "TIMESTAMPTZ '2026-11-20' - to_minutes(i) AS queued_at, "
        "queued_at AS started_at, queued_at AS finished_at, "
        "'{{}}' AS item_counts, '{{}}' AS drop_counts, 1 AS page_count "
        "FROM range(100000) AS r(i)",
    ),
    (
        Watch,
        "SELECT i AS watch_id, 'ebay_search' AS spider, 'thing ' || i AS target, "
        "720 AS every_minutes, 'import' AS asked_by, 1 AS ask_count, "
        "now() AS next_due_at, false AS paused FROM range(1, 2001) AS r(i)",
    ),
    (
        AuditEvent,
        "SELECT i AS event_id, TIMESTAMPTZ '2026-11-20' AS happened_at, "
        "'cli' AS actor, "
        "if(i % 100 = 0, 'person.subject', 'crawl.run') AS action, 'x' AS subject, "
        """'{{"rows": {{"order": 3}}}}' AS details FROM range(1, 100001) AS r(i)""",
    ),
)
HEADS = ("page", "whole", "bare SQL", "slowest", "whole / slowest", "queries", "KB")
Query = tuple[str, Any]


def run(count: int | None = None) -> Table:
    """Return a table of milliseconds and ratios."""
    count = count or int(os.environ.get("BENCH_ORDERS", "5000000"))
    table = Table(title=f"The dashboard with {count:,} orders, SQLite, milliseconds")
    for head in HEADS:
        table.add_column(head, justify="left" if head == "page" else "right")
    with _shop(count) as database:
        client = _client(database)
        for name, path in PAGES.items():
            table.add_row(name, *_page(database, client, path))
    return table


def _page(database: Database, client: FlaskClient, path: str) -> Iterator[str]:
    with _watched(database) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text
    whole = _median(lambda: client.get(path))
    with closing(sqlite3.connect(database.settings.data_dir / FILE)) as connection:
        connection.execute("PRAGMA cache_size=-65536")
        bare = [
            _median(lambda q=query: connection.execute(*q).fetchall())
            for query in queries
        ]
    for seconds in (whole, sum(bare), max(bare)):
        yield f"{1000 * seconds:.1f}"
    yield f"{whole / max(bare):.1f}"
    yield f"{len(queries)}"
    yield f"{len(answer.data) / 1000:.0f}"


def _client(database: Database) -> FlaskClient:
    settings = database.settings.model_copy(
        update={"limit_admin": "", "admin_token": TOKEN}
    )
    client = create_app(settings, database).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    return client


@contextmanager
def _watched(database: Database) -> Iterator[list[Query]]:
    """Yield the queries that are made meanwhile."""
    found: list[Query] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)


def _median(step: Callable[[], object]) -> float:
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


@contextmanager
def _shop(count: int) -> Iterator[Database]:
    with TemporaryDirectory() as name, duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        database = open_database(Settings(data_dir=Path(name)))
        for table, query in ROWS:
            target = sql_table(table)
            made = query.format(count=count) if "{" in query else query
            duck.execute(f'CREATE TABLE "{target.name}" AS {made}')
            rows = duck.sql(f'FROM "{target.name}"').to_arrow_reader(100_000)
            with database.writing() as session:
                insert_rows(session, target, rows)
        with database.writing() as session:
            keep_finding(session, "span", SPAN)
            purposes = count_consents(session)
            keep_finding(session, "consents", {"purposes": purposes})
        yield database
        database.close()


if __name__ == "__main__":
    Console().print(run())
