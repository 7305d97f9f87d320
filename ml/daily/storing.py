"""The workbench's daily rows brought into the store, as far as it has others."""

from dataclasses import replace
from datetime import date

import duckdb
from sqlalchemy import ColumnElement, delete, or_
from sqlmodel import Session

from ml.daily.following import DERIVED, relation
from ml.daily.mark import Mark, read_mark, write_mark
from ml.daily.tables import observed_span
from store.bulk import insert_rows, replace_rows, sql_table
from store.database import Database
from store.tables import ProductDay, Table


def store_daily(duck: duckdb.DuckDBPyConnection, database: Database) -> dict[str, int]:
    """Bring the store's daily tables up to date; return how many rows were written."""
    mark = read_mark(duck)
    if mark is None:
        return {}
    with database.writing() as session:
        counts = {
            table.table_name(): _store(duck, session, table, mark) for table in DERIVED
        }
    write_mark(duck, replace(mark, unstored_from=None))
    duck.execute("DELETE FROM unstored_product")
    return counts


def _store(
    duck: duckdb.DuckDBPyConnection, session: Session, table: type[Table], mark: Mark
) -> int:
    target = sql_table(table)
    columns = ", ".join(table.column_names())
    rows = duck.sql(f"SELECT {columns} FROM {relation(table)}")
    first, _ = observed_span(duck) or (None, None)
    if mark.unstored_from and first and mark.unstored_from <= first:
        arrow = rows.to_arrow_table()
        replace_rows(session, table, arrow)
        return int(arrow.num_rows)
    since = mark.unstored_from or date.max
    gone: ColumnElement[bool] = target.c.day >= since
    wanted = f"day >= DATE '{since}'"
    if table is ProductDay:
        ids = [row[0] for row in duck.execute("FROM unstored_product").fetchall()]
        gone = or_(gone, target.c.product_id.in_(ids))
        wanted += " OR product_id IN (FROM unstored_product)"
    session.execute(delete(target).where(gone))
    arrow = rows.filter(wanted).to_arrow_table()
    insert_rows(session, target, arrow)
    return int(arrow.num_rows)
