"""A shop of a few products to fill by hand, with the real workbench on it."""

from datetime import UTC, datetime, timedelta
from itertools import groupby

import pyarrow as pa

from ml.daily import open_workbench
from store.bulk import arrow_schema, merge_rows, sql_table
from store.database import Database
from store.tables import Listing, Product, Table

START = datetime(2026, 1, 1, tzinfo=UTC)


def add(database: Database, table: type[Table], *rows: dict) -> None:
    """Merge rows of any columns into the store, in that order."""
    with database.writing() as session:
        for names, alike in groupby(rows, key=tuple):
            columns = sql_table(table).columns
            schema = arrow_schema([columns[name] for name in names])
            merge_rows(session, table, pa.Table.from_pylist(list(alike), schema))


def product(product_id: str, **columns) -> dict:
    """Return a product of 100 dollars."""
    return {
        "product_id": product_id,
        "title": product_id,
        "category": "x",
        "list_price_minor": 10_000,
        "currency": "USD",
    } | columns


def offer(number: int, day: float, price: float, **columns) -> dict:
    """Return a used thing that was sold, as it was seen so many days in."""
    return {
        "site": "ebay",
        "listing_id": str(number),
        "observed_at": START + timedelta(days=day),
        "product_id": "p",
        "title": "Thing",
        "price_minor": round(price * 100),
        "shipping_minor": 0,
        "currency": "USD",
        "condition": "Pre-Owned",
        "status": "sold",
        "best_offer_accepted": False,
    } | columns


def fill(database: Database, *offers: dict, products: tuple[dict, ...] = ()) -> None:
    """Put products (by default one, ``p``) and offers into an empty store."""
    add(database, Product, *(products or (product("p"),)))
    add(database, Listing, *offers)


def days(database: Database, product_id: str = "p") -> dict[int, dict]:
    """Return the product's daily rows by days since `START`."""
    with open_workbench(database) as duck:
        rows = duck.sql(
            f"FROM product_day WHERE product_id = '{product_id}'"
        ).to_arrow_table()
    return {(row["day"] - START.date()).days: row for row in rows.to_pylist()}
