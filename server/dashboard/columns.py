"""Columns of the figures' tables, with the heads and words of the measures."""

from flask import url_for

from reporting.figures.measures import MEASURES
from reporting.figures.values import Value
from server.dashboard.tables import Column, Row

BY_NAME = {measure.name: measure for measure in MEASURES}


def measured(*names: str) -> tuple[Column, ...]:
    """Return the columns of some measures."""
    found = (BY_NAME[name] for name in names)
    return tuple(Column(m.name, m.title, m.unit, m.words) for m in found)


def product_link(row: Row) -> str | None:
    """Return the address of a row's product."""
    return url_for("dashboard_product.get_product", product_id=row["product_id"])


def hashtag_link(row: Row) -> str | None:
    """Return the address of a row's hashtag, where it has one."""
    name = row.get("hashtag")
    return url_for("dashboard_hashtag.get_hashtag", hashtag=name) if name else None


def category_link(row: Row) -> str | None:
    """Return the address of the overview of a row's category, where it has one."""
    name = row.get("category")
    return url_for("dashboard_overview.get_overview", category=name) if name else None


def change_of(now: Value, before: Value) -> float | None:
    """Return how much a value has grown, as a share of what it was.

    >>> change_of(Value(110.0), Value(100.0)), change_of(Value(1.0), Value(0.0))
    (0.1, None)
    """
    if now.value is None or not before.value:
        return None
    return round(now.value / before.value - 1, 6)
