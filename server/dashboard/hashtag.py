"""The page of one hashtag: its curve with stages, and the products that hang on it."""

from dataclasses import replace

from flask import Blueprint, Response

from reporting.figures.at_risk import products_at_risk
from reporting.figures.product import hashtag_days, kept_curve
from reporting.figures.trends import trend_row
from server.access import only_who_may
from server.dashboard.asking import line_of_text, read_asked
from server.dashboard.curves import kept_bars, trend_curve
from server.dashboard.overview import PRODUCTS
from server.dashboard.shell import page
from server.dashboard.tables import Column, Table
from server.state import state
from store.errors import InvalidError, MissingError

blueprint = Blueprint("dashboard_hashtag", __name__, url_prefix="/dashboard/hashtags")
blueprint.before_request(only_who_may)

DAYS = (
    Column("day", "Day", "day"),
    Column("stage", "Stage", "tone"),
    Column(
        "smooth_views", "Views a day", "views", "Mean of a week, without bought ones."
    ),
    Column("daily_views", "Counted", "views", "Views up to the newest total, a day."),
    Column("bot_share", "Bought", "share", "Share of views that look bought."),
    Column("level", "Of its peak", "share"),
    Column("days_since_peak", "Since the peak", "days"),
    Column("trended_days", "Trending for", "days"),
)


@blueprint.get("/<hashtag>")
def get_hashtag(hashtag: str) -> Response:
    """One hashtag."""
    with state().database.reading() as session:
        asked = read_asked(session)
        try:
            row = trend_row(session, line_of_text(hashtag))
        except InvalidError:
            row = None
        if row is None or asked is None:
            raise MissingError("nothing is known of this hashtag")
        part = replace(asked.part, category=None, hashtag=hashtag)
        days = hashtag_days(session, hashtag, part)
        products = [
            {**vars(each), "product_id": each.key, **each.values}
            for each in products_at_risk(session, part, asked.span)
        ]
        kept = kept_bars(kept_curve(session, "hashtag", hashtag))
    columns = [column for column in PRODUCTS if column.name != "hashtag"]
    tables = (
        Table(
            "products",
            "Products linked to it",
            columns,
            products,
            "No product is linked to it: `trendguard match`.",
        ),
        Table(
            "days", "Day by day", DAYS, days[::-1], "Nothing is known of these days."
        ),
    )
    return page(
        "hashtag.html",
        f"#{hashtag}",
        tables,
        row=row,
        asked=asked._replace(categories=None),
        curve=trend_curve(hashtag, days),
        kept=kept,
    )
