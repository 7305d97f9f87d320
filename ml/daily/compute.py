"""The daily tables: what was known of each hashtag and product at each day's end."""

import duckdb
from sqlmodel import Session

from ml.matching import link_products
from ml.sentiment import score_reviews
from store.bulk import replace_rows
from store.database import Database
from store.duck import sql_beside
from store.tables import HashtagDay, ProductDay

HASHTAG_STEPS = ("video_seen", "hashtag_day")
STEPS = (*HASHTAG_STEPS, "resale_usd", "product_day")


def prepare(database: Database) -> dict[str, int]:
    """Link new products to hashtags and score new reviews; return how many."""
    with database.writing() as session:
        return {
            "product_hashtag": link_products(session),
            "review": score_reviews(session),
        }


def compute_daily(
    duck: duckdb.DuckDBPyConnection, steps: tuple[str, ...] = STEPS
) -> None:
    """Compute ``hashtag_day`` and ``product_day`` from the loaded observations.

    Parameters
    ----------
    steps : tuple of str
        `HASHTAG_STEPS` for ``hashtag_day`` alone.
    """
    for step in steps:
        duck.execute(f"CREATE OR REPLACE TABLE {step} AS {sql_beside(__file__, step)}")


def store_daily(duck: duckdb.DuckDBPyConnection, session: Session) -> dict[str, int]:
    """Put the computed tables in the place of the stored ones.

    Returns
    -------
    dict
        Rows by table.
    """
    counts = {}
    for table in (HashtagDay, ProductDay):
        columns = ", ".join(table.column_names())
        query = f"SELECT {columns} FROM {table.table_name()}"
        rows = duck.sql(query).to_arrow_table()
        replace_rows(session, table, rows)
        counts[table.table_name()] = rows.num_rows
    return counts
