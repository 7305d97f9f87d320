"""Rates and risks week by week or month by month, of categories or of what is asked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from reporting.figures.filters import Filter, Span, in_scope
from reporting.figures.measures import SALES_MEASURES
from reporting.figures.sums import Values, added, sales_by_day, worked_out
from reporting.figures.values import Value
from store.bulk import sql_table
from store.tables import Product, RiskWeek, SalesDay

SHOWN_CATEGORIES = 6
WEEKLY_UP_TO_DAYS = 200
_risk, _sales = sql_table(RiskWeek).c, sql_table(SalesDay).c


@dataclass(frozen=True)
class Point:
    """A series' values from one day on."""

    start: date
    """First day of the week or month."""

    values: Values
    """Measures by name."""


@dataclass(frozen=True)
class Series:
    """One line of a chart."""

    name: str
    """What it is of."""

    points: list[Point]
    """In the order of time."""


def shown_parts(session: Session, asked: Filter) -> list[tuple[str, Filter]]:
    """Return names and filters of the lines of a chart: the categories with the most
    orders, or the one part that is asked for.
    """
    if asked.scope != ("shop", ""):
        name = " in ".join(
            part
            for part in (f"#{asked.hashtag}" * bool(asked.hashtag), asked.category)
            if part
        )
        return [(name, asked)]
    count = func.sum(_sales.order_count)
    query = (
        select(_sales.key)
        .where(
            _sales.scope == "category",
            _sales.day.between(asked.from_day, asked.to_day),
        )
        .group_by(_sales.key)
        .order_by(count.desc(), _sales.key)
        .limit(SHOWN_CATEGORIES)
    )
    return [
        (key or "without a category", Filter(asked.from_day, asked.to_day, key))
        for key in session.execute(query).scalars()
    ]


def sales_over_time(session: Session, asked: Filter, span: Span) -> list[Series]:
    """Return the sales measures by week, or by month for more than half a year."""
    weekly = (asked.to_day - asked.from_day).days <= WEEKLY_UP_TO_DAYS
    found = []
    for name, part in shown_parts(session, asked):
        periods = defaultdict(list)
        for day, sums in sales_by_day(session, part, span):
            start = day - timedelta(day.weekday()) if weekly else day.replace(day=1)
            periods[start].append(sums)
        points = [
            Point(start, worked_out(SALES_MEASURES, added(days)))
            for start, days in sorted(periods.items())
        ]
        found.append(Series(name, points))
    return found


def risk_over_time(session: Session, asked: Filter) -> list[Series]:
    """Return what the model said of each week's orders, with its interval."""
    found = []
    for name, part in shown_parts(session, asked):
        rows = session.execute(
            select(
                _risk.week,
                func.sum(_risk.order_count),
                *(
                    func.sum(column * _risk.order_count)
                    for column in (_risk.risk, _risk.risk_low, _risk.risk_high)
                ),
            )
            .where(in_scope(part, RiskWeek), _risk.risk.is_not(None))
            .where(_risk.day >= part.from_day, _risk.week <= part.to_day)
            .group_by(_risk.week)
            .order_by(_risk.week)
        )
        points = [Point(week, {"risk": _mean(sums, n)}) for week, n, *sums in rows if n]
        found.append(Series(name, points))
    return found


def category_names(session: Session) -> list[str]:
    """Return the names of all categories."""
    name = sql_table(Product).c.category
    query = select(name).where(name.is_not(None)).distinct().order_by(name)
    return list(session.execute(query).scalars())


def _mean(sums: list[float], n: int) -> Value:
    risk, low, high = (float(total) / n for total in sums)
    return Value(risk, low, high, int(n))
