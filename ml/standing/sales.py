"""The table `sales_day`: made on the workbench, stored as far as it differs."""

import duckdb
import pyarrow as pa
from sqlalchemy import delete, tuple_
from sqlmodel import Session

from ml.labels import put_regret_reasons
from ml.standing.findings import keep_finding
from ml.standing.paid_orders import view_paid_orders
from store.bulk import merge_rows, replace_rows, sql_table
from store.database import Database
from store.duck import sql_beside, table_names
from store.settings import Settings
from store.tables import SalesDay

STORED = "stored_sales_day"
KEY = "scope, key, day"
# A statement may name so many rows on SQLite.
DELETED_AT_ONCE = 1_000


def store_sales(
    duck: duckdb.DuckDBPyConnection, database: Database, settings: Settings
) -> int:
    """Bring the store's `sales_day` up to date; return how many rows were written.

    The workbench remembers which rows the store has. Where it can't, all are written.
    """
    put_regret_reasons(duck, settings)
    view_paid_orders(duck)
    query = sql_beside(__file__, "sales_day")
    duck.execute(f"CREATE OR REPLACE TEMP TABLE made_sales AS {query}")
    with database.writing() as session:
        write = _merge if STORED in table_names(duck) else _replace
        written = write(duck, session)
        keep_finding(session, "span", _span(duck))
    duck.execute(f"CREATE OR REPLACE TABLE {STORED} AS FROM made_sales")
    duck.execute("DROP TABLE made_sales")
    return written


def _replace(duck: duckdb.DuckDBPyConnection, session: Session) -> int:
    rows = duck.sql(f"FROM made_sales ORDER BY {KEY}").to_arrow_table()
    replace_rows(session, SalesDay, rows)
    return int(rows.num_rows)


def _merge(duck: duckdb.DuckDBPyConnection, session: Session) -> int:
    gone = duck.sql(
        f"SELECT {KEY} FROM {STORED} EXCEPT SELECT {KEY} FROM made_sales"
    ).fetchall()
    target = sql_table(SalesDay)
    where = tuple_(target.c.scope, target.c.key, target.c.day)
    for start in range(0, len(gone), DELETED_AT_ONCE):
        some = gone[start : start + DELETED_AT_ONCE]
        session.execute(delete(target).where(where.in_(some)))
    changed: pa.Table = duck.sql(
        f"FROM made_sales EXCEPT FROM {STORED} ORDER BY {KEY}"
    ).to_arrow_table()
    if changed.num_rows:
        merge_rows(session, SalesDay, changed)
    return int(changed.num_rows) + len(gone)


def _span(duck: duckdb.DuckDBPyConnection) -> dict[str, str]:
    first, last, closed_through = duck.execute(
        "SELECT first_day, last_day, last_day - return_window_days FROM bounds"
    ).fetchall()[0]
    days = {"first": first, "last": last, "closed_through": closed_through}
    return {name: day.isoformat() for name, day in days.items()}
