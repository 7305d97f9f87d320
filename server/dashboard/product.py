"""The page of one product: its trend, what it fetches, what buyers say and keep."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlmodel import Session

from reporting.charts import Chart
from reporting.figures.at_risk import RiskRow, product_at_risk
from reporting.figures.product import (
    card_of,
    hashtag_days,
    hashtags_of,
    kept_curve,
    product_days,
)
from server.access import only_who_may
from server.dashboard.asking import Asked, line_of_text, read_asked
from server.dashboard.columns import BY_NAME
from server.dashboard.curves import (
    kept_bars,
    resale_curve,
    return_curve,
    sentiment_curve,
    trend_curve,
)
from server.dashboard.shell import page
from server.dashboard.tables import Column, Table
from server.state import state
from store.errors import InvalidError, MissingError
from store.tables import Product

blueprint = Blueprint("dashboard_product", __name__, url_prefix="/dashboard/products")
blueprint.before_request(only_who_may)

TILES = ("risk", "at_stake", "regret_rate", "return_rate", "orders", "sales")
REASONS = (
    Column("text", "What moved it"),
    Column("effect", "By", "points"),
    Column("source", "Known from"),
    Column("as_of", "As of", "time"),
)
DAYS = (
    Column("day", "Day", "day"),
    Column("hashtag", "Hashtag"),
    Column("stage", "Stage", "tone"),
    Column("level", "Of its peak", "share"),
    Column("order_count", "Orders", "count", "So far."),
    Column("return_rate", "Return rate", "share"),
    Column("list_price_usd", "List price", "usd"),
    Column("resale_median_ask_usd", "Asked", "usd", "Median of second-hand offers."),
    Column("resale_median_sold_usd", "Sold", "usd", "Median of second-hand sales."),
    Column("resale_drop", "Resale drop", "share", "1 less resale over list price."),
    Column("resale_n", "Offers", "count"),
    Column("sentiment_score", "Sentiment", "number", "-1 to 1"),
    Column("regret_talk", "Regret talk", "share", "Of reviews in English."),
    Column("sentiment_n", "Reviews", "count", "In English."),
    Column("rating_mean", "Stars", "number", "0 to 5"),
    Column("rating_n", "Rated", "count", "Reviews with stars."),
)


@blueprint.get("/<path:product_id>")
def get_product(product_id: str) -> Response:
    """One product."""
    with state().database.reading() as session:
        product = _found(session, product_id)
        asked = read_asked(session)
        if asked is None:
            raise MissingError("there are no figures yet: run `trendguard train`")
        days = product_days(session, product_id, asked.part)
        row = product_at_risk(session, asked.part, asked.span, product_id)
        hashtags = hashtags_of(session, product_id)
        charts = _charts(session, asked, product_id, hashtags, days)
        card = card_of(session, product_id) or {}
    tables = (
        Table(
            "reasons",
            "Why",
            REASONS,
            _reasons(card),
            "No reason stands out, or there is no evidence to say one.",
        ),
        Table(
            "days", "Day by day", DAYS, days[::-1], "Nothing is known of these days."
        ),
    )
    return page(
        "product.html",
        product.title,
        tables,
        product=product,
        asked=asked._replace(categories=None),
        card=card,
        hashtags=hashtags,
        charts=charts,
        of_days=[resale_curve(days), sentiment_curve(days), return_curve(days)],
        tiles=_tiles(row),
    )


def _found(session: Session, product_id: str) -> Product:
    try:
        product = session.get(Product, line_of_text(product_id))
    except InvalidError:
        product = None
    if product is None:
        raise MissingError("there is no such product")
    return product


def _charts(
    session: Session,
    asked: Asked,
    product_id: str,
    hashtags: list[tuple[str, float]],
    days: list[dict[str, Any]],
) -> list[Chart]:
    strongest = next((day["hashtag"] for day in reversed(days) if day["hashtag"]), None)
    name = strongest or next((name for name, _ in hashtags), None)
    drawn = [kept_bars(kept_curve(session, "product", product_id))]
    if name:
        drawn.insert(0, trend_curve(name, hashtag_days(session, name, asked.part)))
    return drawn


def _tiles(row: RiskRow | None) -> list[dict[str, Any]]:
    if row is None:
        return []
    return [
        {"measure": BY_NAME[name], "value": row.values[name]}
        for name in TILES
        if name in row.values
    ]


def _reasons(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**reason, "as_of": datetime.fromisoformat(reason["as_of"])}
        for reason in card.get("reasons", ())
    ]
