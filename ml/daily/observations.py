"""The observations as DuckDB relations, cut off at the end of a day."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
from sqlalchemy import select
from sqlmodel import Session

from store.bulk import read_rows, sql_table
from store.clock import utc_now
from store.duck import put
from store.errors import NotEnoughDataError
from store.money import read_rates
from store.settings import Settings
from store.tables import (
    HashtagSnapshot,
    Listing,
    Order,
    Product,
    ProductHashtag,
    Return,
    Review,
    Table,
    Video,
)

# Each observation, and the column that says when it became known.
DATED: tuple[tuple[type[Table], str, str], ...] = (
    (HashtagSnapshot, "observed_at", "snapshot"),
    (Video, "observed_at", "video"),
    (Listing, "observed_at", "listing"),
    (Review, "reviewed_at", "review"),
    (Order, "purchased_at", "order"),
    (Return, "returned_at", "return"),
)


def load_observations(
    duck: duckdb.DuckDBPyConnection,
    session: Session,
    settings: Settings,
    as_of: date | None = None,
) -> date:
    """Load all that was observed up to the end of a day.

    Parameters
    ----------
    as_of : date, optional
        The last day that is used; by default that of the newest observation, but never
        one after today: what is dated later is not known yet.

    Returns
    -------
    date
        The last day.

    Raises
    ------
    NotEnoughDataError
        If there is no observation at all.
    """
    end = (as_of or utc_now().date()) + timedelta(1)
    static: tuple[type[Table], ...] = (Product, ProductHashtag)
    for relation in static:
        put(duck, relation.table_name(), _rows(session, relation))
    for table, known_at, name in DATED:
        put(duck, "incoming", _rows(session, table))
        cut = f"WHERE {known_at} < DATE '{end}'"
        duck.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM incoming {cut}')
    _put_rates(duck, settings)
    return _set_bounds(duck, settings, as_of)


def _rows(session: Session, table: type[Table]) -> pa.Table:
    return read_rows(session, select(sql_table(table)))


def _put_rates(duck: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    days, codes, rates = zip(*read_rates(settings.rates_file), strict=True)
    columns = {"day": days, "currency": codes, "usd_per_unit": rates}
    put(duck, "rate", pa.table({name: list(c) for name, c in columns.items()}))


def _set_bounds(
    duck: duckdb.DuckDBPyConnection, settings: Settings, as_of: date | None
) -> date:
    days = " UNION ALL ".join(
        f'SELECT min({at}::DATE) AS low, max({at}::DATE) AS high FROM "{name}"'
        for _, at, name in DATED
    )
    first, last = duck.execute(f"SELECT min(low), max(high) FROM ({days})").fetchall()[
        0
    ]
    if first is None:
        raise NotEnoughDataError(
            "there is nothing to learn from yet: `trendguard import DIR` or "
            "`trendguard crawl SPIDER` first"
        )
    last_day: date = as_of or last
    duck.execute(
        "CREATE OR REPLACE TABLE bounds AS SELECT ?::DATE AS first_day, "
        "?::DATE AS last_day, ?::INTEGER AS return_window_days",
        [first, last_day, settings.return_window_days],
    )
    return last_day
