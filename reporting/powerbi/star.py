"""The star: its tables, what they hold, and how they hang together. Every row speaks of
products, days and hashtags; none of a person.
"""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from store.bulk import arrow_schema, sql_table
from store.tables import (
    HashtagDay,
    Product,
    ProductDay,
    ProductHashtag,
    Retention,
    RiskWeek,
    SalesDay,
    Table,
)

Kind = Literal["string", "int64", "double", "boolean", "dateTime"]
KINDS: dict[pa.DataType, Kind] = {
    pa.string(): "string",
    pa.int64(): "int64",
    pa.float64(): "double",
    pa.date32(): "dateTime",
}


@dataclass(frozen=True)
class Column:
    """A column of a table of the star."""

    name: str
    kind: Kind
    words: str


@dataclass(frozen=True)
class StarTable:
    """A table of the star: ``<name>.parquet``, made by ``<name>.sql``."""

    name: str
    words: str
    columns: tuple[Column, ...]
    key: str | None = None
    """Its primary key, in a dimension."""


@dataclass(frozen=True)
class Relationship:
    """Many rows of one table belong to one of a dimension."""

    many: str
    many_column: str
    one: str
    one_column: str
    filters_back: bool = False
    """Whether what is picked among the many picks of the dimension too."""


def stored(table: type[Table], *names: str) -> tuple[Column, ...]:
    """Return columns as a table of the store has them, in its words.

    >>> stored(SalesDay, "returned_count")
    (Column(name='returned_count', kind='int64', words='Orders that came back.'),)
    """
    schema = arrow_schema([sql_table(table).c[name] for name in names])
    return tuple(
        Column(field.name, KINDS[field.type], _words(table, field.name))
        for field in schema
    )


def _words(table: type[Table], name: str) -> str:
    words = table.model_fields[name].description or ""
    return " ".join(words.replace("``", "`").split())


DATE = StarTable(
    "date",
    "Every day that anything speaks of.",
    (
        Column("day", "dateTime", "The day, UTC."),
        Column("year", "int64", "Its year."),
        Column("quarter", "string", "Its quarter, such as 2026 Q1."),
        Column("month", "string", "Its month, such as 2026-03."),
        Column("week", "dateTime", "The Monday of its week."),
        Column("weekday", "int64", "1 Monday to 7 Sunday."),
    ),
    key="day",
)
PRODUCT = StarTable(
    "product",
    "The catalogue, with the trend each product was in on the newest day.",
    (
        *stored(Product, "product_id", "title", "brand", "category"),
        Column("list_price", "double", "List price in `currency`."),
        *stored(Product, "currency"),
        Column("strongest_hashtag", "string", "Its hashtag with the most views."),
        Column("stage", "string", "That hashtag's stage."),
    ),
    key="product_id",
)
HASHTAG = StarTable(
    "hashtag",
    "Every hashtag that was observed or is linked to a product.",
    (
        Column("hashtag", "string", "Name without #."),
        Column("newest_stage", "string", "Stage on the newest day it was known."),
    ),
    key="hashtag",
)
PRODUCT_HASHTAG = StarTable(
    "product_hashtag",
    "Which hashtags speak of which products, with a confidence of 0.5 or more.",
    stored(ProductHashtag, "product_id", "hashtag", "confidence"),
)
SALES_DAY = StarTable(
    "sales_day",
    "What was bought of a product on a day, and what has come back of it by now.",
    (
        Column("product_id", "string", "The product."),
        *stored(
            SalesDay,
            "day",
            "order_count",
            "unit_count",
            "sales_cents",
            "returned_count",
            "returned_cents",
            "coded_count",
            "regretted_count",
        ),
        Column("is_closed", "boolean", "Whether their return window is over."),
    ),
)
RISK_WEEK = StarTable(
    "risk_week",
    "What was at risk in a product in one week, as the model then served said.",
    (
        Column("product_id", "string", "The product."),
        *stored(RiskWeek, "week"),
        Column("risk", "double", "Calibrated probability of regret, 0-1."),
        Column("risk_low", "double", "Lower end of its 90 % interval."),
        Column("risk_high", "double", "Upper end of it."),
        Column("evidence", "string", "enough, thin or none."),
        *stored(
            RiskWeek,
            "order_count",
            "expected_count",
            "open_count",
            "open_cents",
            "at_stake_cents",
        ),
        Column("is_newest", "boolean", "Whether it is the newest week."),
    ),
)
TREND_DAY = StarTable(
    "trend_day",
    "A hashtag as it was known at the end of one day.",
    (
        *stored(HashtagDay, "hashtag", "day"),
        Column("view_count", "int64", "Newest known total of views."),
        Column("real_daily_views", "double", "Views a day without bots'."),
        Column("smooth_views", "double", "Their mean over 7 days."),
        Column("bot_share", "double", "Share of views that look bought, 0-1."),
        Column("stage", "string", "Rising, Peak, Decline or Death."),
        Column("days_since_peak", "int64", "Days since the peak so far."),
        Column("trended_days", "int64", "Days it has trended so far."),
    ),
)
PRODUCT_DAY = StarTable(
    "product_day",
    "Second-hand prices and reviews of a product, as known at the end of one day.",
    stored(
        ProductDay,
        "product_id",
        "day",
        "resale_drop",
        "resale_drop_low",
        "resale_drop_high",
        "resale_median_sold_usd",
        "resale_median_ask_usd",
        "resale_n",
        "sentiment_score",
        "sentiment_n",
        "rating_mean",
        "rating_n",
    ),
)
RETENTION = StarTable(
    "retention",
    "Share of a product's buyers who kept it, by Kaplan and Meier.",
    (
        Column("product_id", "string", "The product."),
        *stored(Retention, "days", "share", "low", "high", "n"),
    ),
)

STAR = (
    DATE,
    PRODUCT,
    HASHTAG,
    PRODUCT_HASHTAG,
    SALES_DAY,
    RISK_WEEK,
    TREND_DAY,
    PRODUCT_DAY,
    RETENTION,
)
RELATIONSHIPS = (
    Relationship("sales_day", "product_id", "product", "product_id"),
    Relationship("sales_day", "day", "date", "day"),
    Relationship("risk_week", "product_id", "product", "product_id"),
    Relationship("risk_week", "week", "date", "day"),
    Relationship("trend_day", "hashtag", "hashtag", "hashtag"),
    Relationship("trend_day", "day", "date", "day"),
    Relationship("product_day", "product_id", "product", "product_id"),
    Relationship("product_day", "day", "date", "day"),
    Relationship("retention", "product_id", "product", "product_id"),
    Relationship("product_hashtag", "hashtag", "hashtag", "hashtag"),
    # What is picked among hashtags picks the products they speak of.
    Relationship(
        "product_hashtag", "product_id", "product", "product_id", filters_back=True
    ),
)
