"""What is at risk now: money at stake, and the products and categories it is in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from reporting.figures.filters import Filter, Span, in_scope, products_of
from reporting.figures.measures import RISK_MEASURES
from reporting.figures.sums import Values, needed_sums, sales_by_key, worked_out
from reporting.figures.values import Value
from store.bulk import sql_table
from store.tables import Product, ProductDay, RiskWeek, SalesDay

_risk, _day = sql_table(RiskWeek).c, sql_table(ProductDay).c
_product, _sales = sql_table(Product).c, sql_table(SalesDay).c
NO_CATEGORY = "without a category"
# The Monday of the newest week that has rows, as a part of queries.
NEWEST_WEEK = select(func.max(_risk.week)).scalar_subquery()


@dataclass(frozen=True)
class RiskRow:
    """A product or category and what is at risk in it."""

    key: str
    """Its id or name."""

    title: str
    """What people call it."""

    category: str | None
    """Its category."""

    hashtag: str | None
    """Its strongest hashtag, without ``#``."""

    stage: str | None
    """That hashtag's stage."""

    evidence: str
    """``enough``, ``thin`` or ``none``."""

    values: Values
    """Measures by name."""


def newest_week(session: Session) -> date | None:
    """Return the Monday of the newest week that has rows."""
    newest: date | None = session.execute(select(NEWEST_WEEK)).scalar()
    return newest


def risk_total(session: Session, asked: Filter) -> Values:
    """Return the risk measures of the newest week; its risk with the interval."""
    needed = needed_sums(RISK_MEASURES)
    ends = [func.sum(e * _risk.order_count) for e in (_risk.risk_low, _risk.risk_high)]
    query = select(*(func.sum(_risk[s.column]) for s in needed), *ends).where(
        in_scope(asked, RiskWeek), _risk.week == NEWEST_WEEK
    )
    *sums, low, high = session.execute(query).one()
    counted = {s: _number(v) for s, v in zip(needed, sums, strict=True)}
    found = worked_out(RISK_MEASURES, counted)
    n = next(v for s, v in counted.items() if s.column == "order_count")
    if n and low is not None:
        found["risk"] = Value(found["risk"].value, low / n, high / n, int(n))
    return found


def products_at_risk(
    session: Session, asked: Filter, span: Span, limit: int = 50
) -> list[RiskRow]:
    """Return the products with the most money at stake in the newest week."""
    picked = [_risk.scope == "product", _risk.week == NEWEST_WEEK]
    if asked.scope != ("shop", ""):
        picked.append(_risk.key.in_(products_of(asked)))
    return _product_rows(session, picked, span, asked, limit)


def product_at_risk(
    session: Session, asked: Filter, span: Span, product_id: str
) -> RiskRow | None:
    """Return one product's row; None where it had no card in the newest week."""
    picked = [
        _risk.scope == "product",
        _risk.week == NEWEST_WEEK,
        _risk.key == product_id,
    ]
    return next(iter(_product_rows(session, picked, span, asked, 1)), None)


def categories_at_risk(session: Session, asked: Filter, span: Span) -> list[RiskRow]:
    """Return every category, those with the most money at stake first."""
    where = [_risk.scope == "category", _risk.week == NEWEST_WEEK]
    query = (
        select(*_risk).where(*where).order_by(_risk.at_stake_cents.desc(), _risk.key)
    )
    rows = session.execute(query).mappings().all()
    days = asked.from_day, asked.to_day
    sold = sales_by_key(session, span, days, _sales.scope == "category")
    return [
        RiskRow(
            row["key"],
            row["key"] or NO_CATEGORY,
            row["key"],
            None,
            None,
            row["evidence"],
            sold.get(row["key"], {}) | _row_values(row),
        )
        for row in rows
    ]


def _product_rows(
    session: Session,
    picked: list[ColumnElement[bool]],
    span: Span,
    asked: Filter,
    limit: int,
) -> list[RiskRow]:
    query = (
        select(*_risk, _product.title, _product.category, _day.hashtag, _day.stage)
        .join(sql_table(Product), _product.product_id == _risk.key)
        .outerjoin(
            sql_table(ProductDay),
            (_day.product_id == _risk.key) & (_day.day == _risk.day),
        )
        .where(*picked)
        .order_by(_risk.at_stake_cents.desc(), _risk.risk.desc(), _risk.key)
        .limit(limit)
    )
    rows = session.execute(query).mappings().all()
    keys = [row["key"] for row in rows]
    own = (_sales.scope == "product") & _sales.key.in_(keys)
    sold = sales_by_key(session, span, (asked.from_day, asked.to_day), own)
    return [
        RiskRow(
            row["key"],
            row["title"],
            row["category"],
            row["hashtag"],
            row["stage"],
            row["evidence"],
            sold.get(row["key"], {}) | _row_values(row),
        )
        for row in rows
    ]


def _row_values(row: Any) -> Values:
    sums = {s: _number(row[s.column]) for s in needed_sums(RISK_MEASURES)}
    values = worked_out(RISK_MEASURES, sums)
    ends = (row["risk"], row["risk_low"], row["risk_high"])
    # A product's own risk holds without orders too.
    return values | {"risk": Value(*ends, n=row["order_count"])}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
