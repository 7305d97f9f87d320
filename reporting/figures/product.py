"""One product, and one hashtag: their days, and what buyers kept."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from reporting.figures.filters import LINKED, Filter
from store.bulk import sql_table
from store.tables import (
    HashtagDay,
    ProductDay,
    ProductHashtag,
    Retention,
    RiskCard,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class KeptPoint:
    """The share of buyers who still had it after some days, at 95 %."""

    days: int
    share: float
    low: float
    high: float
    n: int


def hashtags_of(session: Session, product_id: str) -> list[tuple[str, float]]:
    """Return the hashtags a product is linked to, the surest first."""
    link = sql_table(ProductHashtag).c
    query = (
        select(link.hashtag, link.confidence)
        .where(link.product_id == product_id, link.confidence >= LINKED)
        .order_by(link.confidence.desc(), link.hashtag)
    )
    return [(name, float(sure)) for name, sure in session.execute(query)]


def product_days(session: Session, product_id: str, asked: Filter) -> list[Row]:
    """Return its rows of `product_day`: trend, resale prices, sentiment, returns."""
    return _days(session, ProductDay, "product_id", product_id, asked)


def hashtag_days(session: Session, hashtag: str, asked: Filter) -> list[Row]:
    """Return its rows of `hashtag_day`: views and stages."""
    return _days(session, HashtagDay, "hashtag", hashtag, asked)


def kept_curve(session: Session, scope: str, key: str) -> list[KeptPoint]:
    """Return what buyers kept of a product, hashtag or category."""
    kept = sql_table(Retention).c
    query = (
        select(kept.days, kept.share, kept.low, kept.high, kept.n)
        .where(kept.scope == scope, kept.key == key)
        .order_by(kept.days)
    )
    return [KeptPoint(*row) for row in session.execute(query)]


def card_of(session: Session, product_id: str) -> Row | None:
    """Return the risk card that shoppers see of a product."""
    card = sql_table(RiskCard).c
    query = select(card.payload).where(card.product_id == product_id).limit(1)
    found: Row | None = session.execute(query).scalar()
    return found


def _days(
    session: Session, table: Any, name: str, key: str, asked: Filter
) -> list[Row]:
    columns = sql_table(table).c
    query = (
        select(*columns)
        .where(columns[name] == key, columns.day.between(asked.from_day, asked.to_day))
        .order_by(columns.day)
    )
    return [dict(row) for row in session.execute(query).mappings()]
