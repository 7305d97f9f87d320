"""Where trends stand, and what hangs on them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from ml.lifespan import Lifespan
from ml.standing.findings import kept_finding
from reporting.figures.at_risk import NEWEST_WEEK
from reporting.figures.filters import LINKED, Filter
from reporting.figures.values import Value
from store.bulk import sql_table
from store.tables import HashtagDay, Product, ProductHashtag, RiskWeek

_day, _risk = sql_table(HashtagDay).c, sql_table(RiskWeek).c
_link, _product = sql_table(ProductHashtag).c, sql_table(Product).c


@dataclass(frozen=True)
class TrendRow:
    """A hashtag on the newest day it was known."""

    hashtag: str
    """Without ``#``."""

    day: date
    """The day this was known at the end of."""

    stage: str
    """Rising, Peak, Decline or Death."""

    trended_days: int
    """Days it has trended so far."""

    days_since_peak: int
    """Days since the peak so far."""

    days_left: Value
    """Expected days left, with the span in which 80 % of such trends ended."""

    daily_views: float
    """Real views a day, the mean of a week."""

    bot_share: float
    """Share of views that look bought, 0-1."""

    order_count: int
    """Orders of linked products in the newest week's 7 days."""

    risk: Value
    """What the model expects of them."""

    at_stake: float
    """Money at stake in linked products, US dollars."""


def trend_rows(session: Session, asked: Filter, limit: int = 100) -> list[TrendRow]:
    """Return the hashtags of the newest day, those with most money at stake first, then
    those with the most views.
    """
    newest = select(func.max(_day.day)).scalar_subquery()
    stake = func.coalesce(_risk.at_stake_cents, 0)
    query = (
        select(*_day, *_of_week())
        .outerjoin(sql_table(RiskWeek), _week_of(_day.hashtag))
        .where(_day.day == newest)
        .order_by(stake.desc(), _day.smooth_views.desc(), _day.hashtag)
        .limit(limit)
    )
    if asked.hashtag is not None:
        query = query.where(_day.hashtag == asked.hashtag)
    if asked.category is not None:
        linked = (
            select(_link.hashtag)
            .join(sql_table(Product), _product.product_id == _link.product_id)
            .where(_product.category == asked.category, _link.confidence >= LINKED)
        )
        query = query.where(_day.hashtag.in_(linked))
    return _rows(session, query)


def trend_row(session: Session, hashtag: str) -> TrendRow | None:
    """Return a hashtag on its own newest day; None if never observed twice."""
    query = (
        select(*_day, *_of_week())
        .outerjoin(sql_table(RiskWeek), _week_of(_day.hashtag))
        .where(_day.hashtag == hashtag)
        .order_by(_day.day.desc())
        .limit(1)
    )
    return next(iter(_rows(session, query)), None)


def _of_week() -> list[Any]:
    names = ("order_count", "risk", "risk_low", "risk_high", "at_stake_cents")
    return [_risk[name] for name in names]


def _week_of(hashtag: Any) -> Any:
    return (
        (_risk.scope == "hashtag")
        & (_risk.key == hashtag)
        & (_risk.week == NEWEST_WEEK)
    )


def _rows(session: Session, query: Any) -> list[TrendRow]:
    lifespan = read_lifespan(session)
    return [_row(row, lifespan) for row in session.execute(query).mappings()]


def read_lifespan(session: Session) -> Lifespan | None:
    """Return how long trends last, as the last refresh found; None before the first."""
    found = kept_finding(session, "lifespan")
    return Lifespan.from_told(found[0]) if found else None


def _row(row: Any, lifespan: Lifespan | None) -> TrendRow:
    age = row["stage"], row["trended_days"]
    left = Value()
    if lifespan is not None:
        left = Value(
            lifespan.expected_days_left(*age), *lifespan.interval_days_left(*age)
        )
    return TrendRow(
        hashtag=row["hashtag"],
        day=row["day"],
        stage=row["stage"],
        trended_days=row["trended_days"],
        days_since_peak=row["days_since_peak"],
        days_left=left,
        daily_views=row["smooth_views"],
        bot_share=row["bot_share"],
        order_count=row["order_count"] or 0,
        risk=Value(row["risk"], row["risk_low"], row["risk_high"], row["order_count"]),
        at_stake=(row["at_stake_cents"] or 0) / 100,
    )
