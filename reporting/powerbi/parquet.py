"""The star's Parquet files, made from the store by DuckDB."""

from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Select, select
from sqlmodel import Session

from reporting.figures.filters import LINKED, Span
from reporting.powerbi.star import STAR, StarTable
from store.bulk import arrow_schema, sql_table
from store.duck import duck_session, put, sql_beside, write_parquet
from store.reading import read_batches
from store.settings import Settings
from store.tables import (
    HashtagDay,
    Product,
    ProductDay,
    ProductHashtag,
    Retention,
    RiskWeek,
    SalesDay,
)

# What DuckDB calls each kind.
DUCK_KINDS = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "dateTime": "DATE",
}


def write_star(
    session: Session, settings: Settings, span: Span, folder: Path
) -> dict[str, int]:
    """Write a Parquet file a table; return the rows of each.

    Parameters
    ----------
    session : Session
        Of one moment, so that the files fit together.
    """
    with duck_session(settings) as duck:
        for name, query in _read().items():
            _load(duck, session, name, query)
        duck.execute(
            "CREATE TABLE span AS SELECT ?::DATE AS first_day, ?::DATE AS last_day, "
            "?::DATE AS closed_through",
            [span.first, span.last, span.closed_through],
        )
        return {table.name: _write(duck, table, folder) for table in STAR}


def _read() -> dict[str, Select[Any]]:
    link, kept = sql_table(ProductHashtag), sql_table(Retention)
    sales, risk = sql_table(SalesDay), sql_table(RiskWeek)
    product = sql_table(Product).c
    return {
        "product": select(
            product.product_id,
            product.title,
            product.brand,
            product.category,
            product.list_price_minor,
            product.currency,
        ),
        "product_hashtag": select(link).where(link.c.confidence >= LINKED),
        "hashtag_day": select(sql_table(HashtagDay)),
        "product_day": select(sql_table(ProductDay)),
        "sales_day": select(sales).where(sales.c.scope == "product"),
        "risk_week": select(risk).where(risk.c.scope == "product"),
        "retention": select(kept).where(kept.c.scope == "product"),
    }


def _load(
    duck: duckdb.DuckDBPyConnection, session: Session, name: str, query: Select[Any]
) -> None:
    empty = arrow_schema(list(query.selected_columns)).empty_table()  # type: ignore[arg-type]
    put(duck, f"stored_{name}", empty)
    for rows in read_batches(session, query):
        duck.register("rows_", rows)
        duck.execute(f"INSERT INTO stored_{name} FROM rows_")
    duck.unregister("rows_")


def _write(duck: duckdb.DuckDBPyConnection, table: StarTable, folder: Path) -> int:
    columns = ", ".join(
        f'"{c.name}"::{DUCK_KINDS[c.kind]} AS "{c.name}"' for c in table.columns
    )
    query = f"SELECT {columns} FROM ({sql_beside(__file__, table.name)})"
    return write_parquet(duck, query, folder / f"{table.name}.parquet")
