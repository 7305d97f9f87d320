"""A million predictions through the nightly batch, beside the bare SQL statements that
write the same rows: no consent, no caps, no draw, no money.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from rich.console import Console
from rich.table import Table
from sqlalchemy import Column, Float, MetaData, String, func, select, text
from sqlalchemy import Table as SqlTable

from interventions.nightly import run_night
from ml.bulk_scores import Score
from store.bulk import insert_rows, sql_table
from store.database import Database, open_database
from store.settings import Settings
from store.tables import Consent, Delivery, Intervention, Order, Prediction, Product

NIGHT = date(2026, 3, 3)
NOW = datetime(2026, 3, 4, 1, tzinfo=UTC)
PRODUCTS = """
SELECT 'P' || i AS product_id, 'Thing ' || i AS title FROM range(500) AS r(i)
"""
ORDERS = """
SELECT
    'O' || i AS order_id, sha256('C' || i % {people}) AS customer_pseudonym,
    'P' || i % 500 AS product_id,
    TIMESTAMPTZ '2026-03-01' + to_microseconds(i * 86399000000 // {count})
        AS purchased_at,
    1000 + i * 37 % 9000 AS unit_price_minor, 'USD' AS currency, 1 AS quantity
FROM range({count}) AS r(i)
"""
CONSENTS = """
SELECT sha256('C' || i) AS customer_pseudonym, purpose,
    TIMESTAMPTZ '2026-01-01' AS decided_at, i % 10 < 7 AS is_given, 'bench' AS source
FROM range({people}) AS r(i), (VALUES ('email'), ('sms')) AS p(purpose)
"""
# A quarter of the orders over 0.6, a tenth over 0.8.
SCORES = """
SELECT order_id, risk, greatest(risk - 0.05, 0) AS risk_low,
    least(risk + 0.05, 1) AS risk_high, 'enough' AS evidence
FROM (SELECT order_id, pow(hash(order_id) % 1000003 / 1000003.0, 1.5) * 0.95 AS risk
      FROM asked_ids)
"""
SCORED = "CREATE TEMPORARY TABLE scored (order_id TEXT PRIMARY KEY, risk FLOAT)"
STAGE = SqlTable(
    "scored", MetaData(), Column("order_id", String), Column("risk", Float)
)
WRITTEN = ("predictions", "offers", "deliveries")
BARE = (
    """
    INSERT INTO prediction (order_id, night, risk, risk_low, risk_high, evidence,
        target, model_version, trained_on, predicted_at)
    SELECT o.order_id, '2026-03-03', s.risk, s.risk - 0.05, s.risk + 0.05, 'enough',
        'regret', 'v1', 'retailer', '2026-03-04 01:00:00.000000'
    FROM "order" AS o JOIN scored AS s ON s.order_id = o.order_id
    WHERE o.purchased_at >= '2026-03-01' AND o.purchased_at < '2026-03-02'
    """,
    """
    INSERT INTO intervention (intervention_id, order_id, customer_pseudonym, kind, risk,
        decided_at, night)
    SELECT p.order_id || '-' || p.risk, p.order_id, o.customer_pseudonym,
        CASE WHEN p.risk >= 0.8 THEN 'email_offer' ELSE 'sms_reminder' END, p.risk,
        '2026-03-04 01:00:00.000000', p.night
    FROM prediction AS p JOIN "order" AS o ON o.order_id = p.order_id
    WHERE p.risk >= 0.6 AND p.night = '2026-03-03'
    """,
    """
    INSERT INTO delivery (intervention_id, channel, state, attempts)
    SELECT intervention_id,
        CASE WHEN kind = 'email_offer' THEN 'email' ELSE 'sms' END, 'pending', 0
    FROM intervention WHERE night = '2026-03-03'
    """,
)


class MadeUp:
    """Says something of every order in no time, so that the batch alone is measured."""

    version, target, trained_on = "v1", "regret", "retailer"

    @contextmanager
    def at_work(self, _: Database) -> Iterator[Score]:
        """Yield what scores order ids."""
        with duckdb.connect() as duck:

            def score(order_ids: pa.ChunkedArray) -> pa.Table:
                duck.register("asked_ids", pa.table({"order_id": order_ids}))
                return duck.sql(SCORES).to_arrow_table()

            yield score


def run(count: int = 1_000_000) -> Table:
    """Return a table of seconds, ratios and rows written."""
    rows = _made(count)
    with _shop(rows) as database:
        bare = _bare(database, rows["asked"])
        written = {"bare SQL statements": (bare, _written(database))}
    with _shop(rows) as database:
        took = _night(database)
        written["the nightly batch"] = (took, _written(database))
        took = _night(database)
        written["the same night again"] = (took, _written(database))
    table = Table(
        "step", "seconds", "ratio", *WRITTEN, title=f"{count:,} orders, SQLite"
    )
    for step, (seconds, counts) in written.items():
        cells = (f"{seconds:.2f}", f"{seconds / bare:.2f}", *(f"{n:,}" for n in counts))
        table.add_row(step, *cells)
    return table


def _made(count: int) -> dict[str, pa.Table]:
    people = count * 3 // 10
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute("SET enable_progress_bar = false")
        orders = duck.sql(ORDERS.format(count=count, people=people)).to_arrow_table()
        consents = duck.sql(CONSENTS.format(people=people)).to_arrow_table()
        products = duck.sql(PRODUCTS).to_arrow_table()
        duck.register("asked_ids", orders.select(["order_id"]))
        asked = duck.sql(SCORES).to_arrow_table().select(["order_id", "risk"])
    return {
        "product": products,
        "order": orders,
        "consent": consents,
        "asked": asked,
    }


@contextmanager
def _shop(rows: dict[str, pa.Table]) -> Iterator[Database]:
    with TemporaryDirectory() as name:
        database = open_database(Settings(data_dir=Path(name)))
        for table in (Product, Order, Consent):
            with database.writing() as session:
                insert_rows(session, sql_table(table), rows[table.table_name()])
        yield database
        database.close()


def _bare(database: Database, scored: pa.Table) -> float:
    with database.writing() as session:
        session.execute(text(SCORED))
        insert_rows(session, STAGE, scored)
        started = time.perf_counter()
        for statement in BARE:
            session.execute(text(statement))
        session.commit()
    return time.perf_counter() - started


def _night(database: Database) -> float:
    started = time.perf_counter()
    run_night(database, database.settings, NIGHT, scorer=MadeUp(), now=NOW)
    return time.perf_counter() - started


def _written(database: Database) -> list[int]:
    with database.reading() as session:
        return [
            session.execute(select(func.count()).select_from(sql_table(t))).scalar_one()
            for t in (Prediction, Intervention, Delivery)
        ]


if __name__ == "__main__":
    Console().print(run())
