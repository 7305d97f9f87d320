"""The star: its tables, what they hold, and how they hang together. Every row speaks of
products, days and hashtags; none of a person.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "int64", "double", "boolean", "dateTime"]


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
        Column("product_id", "string", "The retailer's id."),
        Column("title", "string", "Title."),
        Column("brand", "string", "Brand."),
        Column("category", "string", "Category."),
        Column("list_price", "double", "List price in `currency`."),
        Column("currency", "string", "ISO 4217 code."),
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
    (
        Column("product_id", "string", "The product."),
        Column("hashtag", "string", "The hashtag."),
        Column("confidence", "double", "How sure the link is, 0-1."),
    ),
)
SALES_DAY = StarTable(
    "sales_day",
    "What was bought of a product on a day, and what has come back of it by now.",
    (
        Column("product_id", "string", "The product."),
        Column("day", "dateTime", "Day of the purchase, UTC."),
        Column("order_count", "int64", "Orders."),
        Column("unit_count", "int64", "Pieces in them."),
        Column("sales_cents", "int64", "What was paid, US cents."),
        Column("returned_count", "int64", "Orders that came back."),
        Column("returned_cents", "int64", "What had been paid for them, US cents."),
        Column("coded_count", "int64", "Orders that came back with a reason."),
        Column("regretted_count", "int64", "Those whose reason speaks of regret."),
        Column("is_closed", "boolean", "Whether their return window is over."),
    ),
)
RISK_WEEK = StarTable(
    "risk_week",
    "What was at risk in a product in one week, as the model then served said.",
    (
        Column("product_id", "string", "The product."),
        Column("week", "dateTime", "The week's Monday."),
        Column("risk", "double", "Calibrated probability of regret, 0-1."),
        Column("risk_low", "double", "Lower end of its 90 % interval."),
        Column("risk_high", "double", "Upper end of it."),
        Column("evidence", "string", "enough, thin or none."),
        Column("order_count", "int64", "Orders of the 7 days up to then."),
        Column("expected_count", "double", "Those expected to be regretted."),
        Column("open_count", "int64", "Orders that could still come back."),
        Column("open_cents", "int64", "What was paid for them, US cents."),
        Column("at_stake_cents", "int64", "`open_cents` times the risk."),
        Column("is_newest", "boolean", "Whether it is the newest week."),
    ),
)
TREND_DAY = StarTable(
    "trend_day",
    "A hashtag as it was known at the end of one day.",
    (
        Column("hashtag", "string", "Name without #."),
        Column("day", "dateTime", "The day, UTC."),
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
    (
        Column("product_id", "string", "The product."),
        Column("day", "dateTime", "The day, UTC."),
        Column("resale_drop", "double", "1 minus resale over list price."),
        Column("resale_drop_low", "double", "Lower end of its 90 % interval."),
        Column("resale_drop_high", "double", "Upper end of it."),
        Column("resale_median_sold_usd", "double", "Median selling price, 30 days."),
        Column("resale_median_ask_usd", "double", "Median asking price, 30 days."),
        Column("resale_n", "int64", "Sales and offers behind them."),
        Column("sentiment_score", "double", "Mean polarity of reviews, -1 to 1."),
        Column("sentiment_n", "int64", "Reviews behind it."),
    ),
)
RETENTION = StarTable(
    "retention",
    "Share of a product's buyers who kept it, by Kaplan and Meier.",
    (
        Column("product_id", "string", "The product."),
        Column("days", "int64", "Days after the purchase: 30, 90 or 180."),
        Column("share", "double", "Share that had not come back, 0-1."),
        Column("low", "double", "Lower end of its 95 % interval."),
        Column("high", "double", "Upper end of it."),
        Column("n", "int64", "Orders behind it."),
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
