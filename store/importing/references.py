"""What the columns' SQL refers to: currencies, pseudonyms, bands, deciles, and the
products and orders that exist.
"""

from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Column, select
from sqlmodel import Session

from store.bulk import sql_table, stage_rows
from store.duck import put
from store.importing.files import DECILE, UNKNOWN_PRODUCT, FileKind
from store.privacy import (
    NORMAL_ZIP,
    OLDEST_AGE,
    Pseudonymiser,
    age_band,
    census_incomes,
)
from store.reading import read_rows
from store.settings import Settings
from store.tables import (
    Consent,
    Forgotten,
    OptOut,
    Order,
    Product,
    Return,
    ZipIncome,
)


def prepare(
    duck: duckdb.DuckDBPyConnection, session: Session, settings: Settings
) -> None:
    """Define the functions: pseudonym, normal_zip, age_band.

    Raises
    ------
    SettingsError
        If the pseudonyms' key can't be used, or is gone while people are stored.
    """
    has_people = any(
        session.execute(select(sql_table(table)).limit(1)).first()
        for table in (Order, Consent, OptOut, Forgotten)
    )
    Pseudonymiser(settings.pseudonym_key_file, may_make=not has_people).teach(duck)
    duck.execute(NORMAL_ZIP)
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
    """Load what the rows of ``typed`` refer to, as the store has it by now."""
    if UNKNOWN_PRODUCT.keys() & kind.checks.keys():
        product = sql_table(Product).c
        _load_known(duck, session, "known_products", [product.product_id])
    if kind.table is Order:
        put(duck, "zip_deciles", _deciles(duck, session))
        duck.execute(
            "CREATE OR REPLACE MACRO income_decile(code) AS "
            "(SELECT z.decile FROM zip_deciles z WHERE z.zip = normal_zip(code))"
        )
    if kind.table is Return:
        order = sql_table(Order).c
        known = [order.order_id, order.purchased_at]
        _load_known(duck, session, "known_orders", known)
        duck.execute("CREATE TABLE IF NOT EXISTS forgotten_order (order_id VARCHAR)")
    if kind.table is Consent:
        consent = sql_table(Consent).c
        person = "pseudonym(customer_id)"
        _load_known(duck, session, "known_consents", [*consent], person)
    if kind.left_out and "customer_id" in [column.name for column in kind.columns]:
        _load_forgotten(duck, session)


def _load_known(
    duck: duckdb.DuckDBPyConnection,
    session: Session,
    name: str,
    columns: list[Column[Any]],
    named_by: str = "",
) -> None:
    # Of a long history only what the file names is read: the first column is the key.
    key = columns[0]
    named = duck.sql(
        f"SELECT DISTINCT {named_by or key.name} AS {key.name} FROM typed "
        f"WHERE {named_by or key.name} IS NOT NULL"
    )
    stage = stage_rows(session, key.table, named.to_arrow_table())
    query = select(*columns).where(key.in_(select(stage.c[key.name])))
    put(duck, name, read_rows(session, query))
    stage.drop(session.connection())


def _load_forgotten(duck: duckdb.DuckDBPyConnection, session: Session) -> None:
    """Load ``forgotten_people(customer_id)``: whom the file names and we forgot."""
    put(
        duck,
        "forgotten",
        read_rows(session, select(sql_table(Forgotten).c.person_hash)),
    )
    # To hash everybody takes long; as a rule nobody was forgotten.
    somebody = duck.execute("SELECT 1 FROM forgotten LIMIT 1").fetchall()
    duck.execute(
        "CREATE OR REPLACE TABLE forgotten_people AS SELECT customer_id FROM "
        "(SELECT DISTINCT customer_id FROM typed WHERE customer_id IS NOT NULL) "
        + (
            "WHERE person_mark(customer_id) IN (FROM forgotten)"
            if somebody
            else "LIMIT 0"
        )
    )


def _deciles(duck: duckdb.DuckDBPyConnection, session: Session) -> pa.Table:
    table = sql_table(ZipIncome).c
    own = read_rows(session, select(table.zip, table.income_decile.label("decile")))
    named = duck.execute("SELECT any_value(zip) FROM typed").fetchall()[0][0]
    if own.num_rows or not named:
        return own
    put(duck, "census", census_incomes())
    return duck.sql(f"SELECT zip, {DECILE} AS decile FROM census AS t").to_arrow_table()
