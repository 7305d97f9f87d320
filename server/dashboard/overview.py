"""The manager's page: what regret costs, where it comes from, what is coming."""

from typing import Any

from flask import Blueprint, Response
from sqlmodel import Session

from ml.standing.findings import kept_finding
from reporting.alerts.listing import listed
from reporting.charts import Chart, Line, lines
from reporting.figures.at_risk import (
    categories_at_risk,
    products_at_risk,
    risk_total,
)
from reporting.figures.over_time import Series, risk_over_time, sales_over_time
from reporting.figures.sums import Values, sales_total
from reporting.figures.trends import trend_rows
from reporting.figures.values import Value
from server.access import only_who_may
from server.dashboard.asking import Asked, read_asked
from server.dashboard.columns import (
    BY_NAME,
    category_link,
    change_of,
    hashtag_link,
    measured,
    product_link,
)
from server.dashboard.effects import return_effect
from server.dashboard.shell import page
from server.dashboard.tables import Column, Table
from server.state import state

blueprint = Blueprint("dashboard_overview", __name__, url_prefix="/dashboard")
blueprint.before_request(only_who_may)

# Measure and the table of the page that it is made of.
TILES = {
    "at_stake": "products",
    "risk": "products",
    "regret_rate": "weeks",
    "return_rate": "weeks",
    "sales": "weeks",
    "orders": "weeks",
}
SALES = ("orders", "sales", "returns", "returned_sales", "return_rate", "regret_rate")
AT_RISK = ("risk", "open_sales", "at_stake")
CATEGORIES = (
    Column("title", "Category", link=category_link),
    *measured(*AT_RISK, "orders", "sales", "return_rate", "regret_rate"),
)
TRENDS = (
    Column("hashtag", "Hashtag", link=hashtag_link),
    Column("stage", "Stage", "tone"),
    Column("trended_days", "Trending for", "days"),
    Column("days_left", "Days left", "days", "Expected, with an 80 % interval."),
    Column("daily_views", "Views a day", "views", "Without what looks bought."),
    Column("bot_share", "Bought", "share", "Share of views that look bought."),
    Column("order_count", "Orders", "count", "Of linked products, in the last 7 days."),
    *measured("risk"),
    Column("at_stake", "At stake", "usd", BY_NAME["at_stake"].words),
)
PRODUCTS = (
    Column("title", "Product", link=product_link),
    Column("category", "Category", link=category_link),
    Column("hashtag", "Hashtag", link=hashtag_link),
    Column("stage", "Stage", "tone"),
    Column("evidence", "Evidence", "tone"),
    *measured(*AT_RISK, "orders", "return_rate", "regret_rate"),
)
WEEKS = (
    Column("start", "From"),
    Column("part", "Of", link=category_link),
    *measured(*SALES),
)


@blueprint.get("/")
def get_overview() -> Response:
    """Money, rates, trends and products of what is asked for."""
    with state().database.reading() as session:
        asked = read_asked(session)
        if asked is None:
            return page("overview.html", "Overview", asked=None)
        tables, values = overview(session, asked)
    return page("overview.html", "Overview", tables, **values)


def overview(session: Session, asked: Asked) -> tuple[list[Table], dict[str, Any]]:
    """Return the tables of what is asked for, and what else its template shows."""
    series = sales_over_time(session, asked.part, asked.span)
    charts = [
        over_time(
            "Regret risk of each week's orders",
            "risk",
            risk_over_time(session, asked.part),
        ),
        over_time("Regret rate by day of purchase", "regret_rate", series),
    ]
    values = {
        "asked": asked,
        "charts": charts,
        "tiles": _tiles(session, asked),
        "alerts": listed(session),
        "effect": _effect(session),
    }
    return _tables(session, asked, series), values


def over_time(title: str, measure: str, series: list[Series]) -> Chart:
    """Return a chart of one measure of some series."""
    starts = sorted({point.start for each in series for point in each.points})
    told = []
    for each in series:
        known = {
            point.start: point.values.get(measure, Value()) for point in each.points
        }
        told.append(Line(each.name, [known.get(start, Value()) for start in starts]))
    labels = [f"{start:%-d %b %Y}" for start in starts]
    found = BY_NAME[measure]
    words = f"{found.words} The table has the intervals."
    return lines(title, words, labels, told, unit=found.unit)


def _tiles(session: Session, asked: Asked) -> list[dict[str, Any]]:
    now: Values = {
        **sales_total(session, asked.part, asked.span),
        **risk_total(session, asked.part),
    }
    before = sales_total(session, asked.part.before(), asked.span)
    return [
        {
            "measure": BY_NAME[name],
            "value": now[name],
            "change": change_of(now[name], before.get(name, Value())),
            "rows": rows,
        }
        for name, rows in TILES.items()
    ]


def _effect(session: Session) -> Value | None:
    found = kept_finding(session, "experiment")
    return return_effect(found[0]) if found else None


def _tables(session: Session, asked: Asked, series: list[Series]) -> list[Table]:
    part, span = asked.part, asked.span
    categories = [
        {"title": row.title, "category": row.category, **row.values}
        for row in categories_at_risk(session, part, span)
    ]
    trends = [vars(row) for row in trend_rows(session, part)]
    products = [
        {**vars(row), "product_id": row.key, **row.values}
        for row in products_at_risk(session, part, span)
    ]
    weeks = [
        {
            "start": f"{point.start}",
            "part": each.name,
            "category": each.name if each.name in (asked.categories or ()) else None,
            **point.values,
        }
        for each in series
        for point in each.points
    ]
    none = "No trend is known here yet: `trendguard crawl` or an import brings them."
    return [
        Table(
            "products",
            "Products with most at stake",
            PRODUCTS,
            products,
            "No product has a risk yet: `trendguard train` makes the cards.",
        ),
        Table("trends", "Where trends stand", TRENDS, trends, none),
        Table("categories", "Categories", CATEGORIES, categories),
        Table(
            "weeks", "Week by week", WEEKS, weeks, "Nothing was bought in these days."
        ),
    ]
