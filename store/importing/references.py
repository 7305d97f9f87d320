"""What the columns' SQL refers to: currencies, pseudonyms, bands, deciles, and the
products and orders that exist.
"""

from collections.abc import Callable

import duckdb
import pyarrow as pa
from duckdb.func import ARROW
from sqlalchemy import select
from sqlmodel import Session

from store.bulk import read_rows, sql_table
from store.duck import put
from store.importing.files import DECILE, ORDERS, RETURNS, UNKNOWN_PRODUCT, FileKind
from store.privacy import (
    OLDEST_AGE,
    Pseudonymiser,
    age_band,
    census_incomes,
    normal_zip,
)
from store.settings import Settings
from store.tables import Order, Product, ZipIncome


def prepare(
    duck: duckdb.DuckDBPyConnection, session: Session, settings: Settings
) -> None:
    """Define the functions: pseudonym, normal_zip, age_band.

    Raises
    ------
    SettingsError
        If the pseudonyms' key can't be used, or is gone while orders are stored.
    """
    has_orders = session.execute(select(sql_table(Order)).limit(1)).first() is not None
    key = Pseudonymiser(settings.pseudonym_key_file, may_make=not has_orders)
    _function(duck, "pseudonym", key.pseudonym)
    _function(duck, "normal_zip", normal_zip)
    ages = range(OLDEST_AGE + 1)
    bands = pa.table({"age": list(ages), "band": [age_band(age) for age in ages]})
    put(duck, "age_bands", bands)
    duck.execute(
        "CREATE MACRO age_band(years) AS "
        "(SELECT b.band FROM age_bands b WHERE b.age = years)"
    )


def load_references(
    duck: duckdb.DuckDBPyConnection, session: Session, kind: FileKind
) -> None:
    """Load what rows of a kind refer to, as the store has it by now."""
    if UNKNOWN_PRODUCT.keys() & kind.checks.keys():
        products = read_rows(session, select(sql_table(Product).c.product_id))
        put(duck, "known_products", products)
    if kind is ORDERS:
        put(duck, "zip_deciles", _deciles(duck, session))
        duck.execute(
            "CREATE OR REPLACE MACRO income_decile(code) AS "
            "(SELECT z.decile FROM zip_deciles z WHERE z.zip = normal_zip(code))"
        )
    if kind is RETURNS:
        orders = sql_table(Order).c
        query = select(orders.order_id, orders.purchased_at)
        put(duck, "known_orders", read_rows(session, query))


def _deciles(duck: duckdb.DuckDBPyConnection, session: Session) -> pa.Table:
    table = sql_table(ZipIncome).c
    own = read_rows(session, select(table.zip, table.income_decile.label("decile")))
    if own.num_rows:
        return own
    put(duck, "census", census_incomes())
    return duck.sql(f"SELECT zip, {DECILE} AS decile FROM census AS t").to_arrow_table()


def _function(
    duck: duckdb.DuckDBPyConnection, name: str, function: Callable[[str], str]
) -> None:
    def on_chunk(texts: pa.ChunkedArray) -> pa.Array:
        values = texts.to_pylist()
        return pa.array([None if v is None else function(v) for v in values])

    duck.create_function(name, on_chunk, ["varchar"], "varchar", type=ARROW)
