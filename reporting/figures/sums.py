"""Sums of the standing tables' columns for what is asked for, and the measures they
make.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session

from reporting.figures.filters import Filter, Span, in_scope
from reporting.figures.formulas import Formula, Ratio, Sum, Sums, Times
from reporting.figures.measures import SALES_MEASURES, Measure
from reporting.figures.values import Value, share_of
from store.bulk import sql_table
from store.tables import SalesDay

Values = dict[str, Value]
_sales = sql_table(SalesDay).c


def needed_sums(measures: Iterable[Measure]) -> list[Sum]:
    """Return the sums that measures are made of, each once."""
    return list(dict.fromkeys(s for m in measures for s in m.formula.sums()))


def worked_out(measures: Iterable[Measure], sums: Sums) -> Values:
    """Return measures by name; shares of counts with their interval."""
    return {m.name: _value(m, sums) for m in measures}


def sales_by_day(
    session: Session, asked: Filter, span: Span
) -> list[tuple[date, dict[Sum, float]]]:
    """Return day by day what the sales measures are made of."""
    return [
        (key, sums) for key, sums in _grouped(session, _sales.day, span, _asked(asked))
    ]


def sales_total(session: Session, asked: Filter, span: Span) -> Values:
    """Return the sales measures of all that is asked for."""
    rows = _grouped(session, None, span, _asked(asked))
    return worked_out(SALES_MEASURES, rows[0][1] if rows else {})


def sales_by_key(
    session: Session, span: Span, days: tuple[date, date], picked: ColumnElement[bool]
) -> dict[str, Values]:
    """Return the sales measures by key.

    Parameters
    ----------
    days : (date, date)
        First and last day of purchase.
    picked : condition
        Rows of one scope.
    """
    between = _sales.day.between(*days)
    found = _grouped(session, _sales.key, span, picked & between)
    return {key: worked_out(SALES_MEASURES, sums) for key, sums in found}


def added(some: Iterable[Mapping[Sum, float]]) -> dict[Sum, float]:
    """Add sums up."""
    total: dict[Sum, float] = {}
    for sums in some:
        for key, value in sums.items():
            total[key] = total.get(key, 0) + value
    return total


def _asked(asked: Filter) -> ColumnElement[bool]:
    return in_scope(asked, SalesDay) & _sales.day.between(asked.from_day, asked.to_day)


def _grouped(
    session: Session, by: Any, span: Span, where: ColumnElement[bool]
) -> list[tuple[Any, dict[Sum, float]]]:
    needed = needed_sums(SALES_MEASURES)
    columns = [func.coalesce(func.sum(_term(s, span)), 0) for s in needed]
    query = select(*([] if by is None else [by]), *columns).where(where)
    if by is not None:
        query = query.group_by(by).order_by(by)
    rows = [tuple(row) for row in session.execute(query)]
    if by is None:
        rows = [(None, *row) for row in rows]
    # PostgreSQL adds integers up to decimals.
    return [
        (key, {s: int(v) for s, v in zip(needed, values, strict=True)})
        for key, *values in rows
    ]


def _term(wanted: Sum, span: Span) -> ColumnElement[Any]:
    column: ColumnElement[Any] = _sales[wanted.column]
    if wanted.only is None:
        return column
    return case((_sales.day <= span.closed_through, column), else_=0)


def _value(measure: Measure, sums: Sums) -> Value:
    if measure.counted:
        return share_of(_counts(measure.formula, sums))
    return Value(measure.formula.value(sums))


def _counts(formula: Formula, sums: Sums) -> list[tuple[int, int]]:
    if isinstance(formula, Times):
        return _counts(formula.left, sums) + _counts(formula.right, sums)
    if isinstance(formula, Ratio):
        hits, tries = formula.over.value(sums), formula.under.value(sums)
        return [(int(hits or 0), int(tries or 0))]
    return []
