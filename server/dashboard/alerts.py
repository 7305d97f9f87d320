"""The alerts' page: what a person should act on, and taking note of it."""

from typing import Any

from flask import Blueprint, Response, g, request, url_for

from reporting.alerts.listing import listed
from reporting.alerts.raising import acknowledge
from server.access import only_who_may
from server.dashboard.asking import line_of_text
from server.dashboard.shell import go_to, page
from server.dashboard.tables import Column, Row, Table
from server.state import state
from store.errors import MissingError
from store.tables import Alert

MOST = 500

blueprint = Blueprint("dashboard_alerts", __name__, url_prefix="/dashboard/alerts")
blueprint.before_request(only_who_may)


def subject_link(row: Row) -> str | None:
    """Return the address of what an alert speaks of."""
    if row["scope"] == "product":
        return url_for("dashboard_product.get_product", product_id=row["key"])
    if row["scope"] == "hashtag":
        return url_for("dashboard_hashtag.get_hashtag", hashtag=row["key"])
    if row["scope"] == "source":
        return url_for("dashboard_crawls.get_crawls")
    return url_for("dashboard_overview.get_overview", category=row["key"])


ALERTS = (
    Column("text", "Alert", link=subject_link),
    Column("raised_at", "Raised", "time"),
    Column("rule", "Rule"),
    Column("sent", "Sent"),
)
NOTED = (
    *ALERTS,
    Column("acknowledged_at", "Noted", "time"),
    Column("acknowledged_by", "By"),
)


@blueprint.get("/")
def get_alerts() -> Response:
    """What is open, and what was taken note of."""
    with state().database.reading() as session:
        rows = listed(session, every=True)
    noted = [row for row in rows if row["acknowledged_at"]]
    empty = "There is nothing to act on. Alerts are raised by `trendguard worker`."
    tables = (
        Table("open", "To act on", ALERTS, open_ones(rows), empty),
        Table("noted", "Taken note of", NOTED, noted[:MOST], "None so far."),
    )
    return page("alerts.html", "Alerts", tables)


@blueprint.post("/")
def post_alert() -> Response:
    """Take note of an alert; again is no error."""
    key = line_of_text(request.form.get("alert_key", ""))
    with state().database.writing() as session:
        if session.get(Alert, key) is None:
            raise MissingError("there is no such alert")
        acknowledge(session, key, g.admin)
    return go_to(url_for("dashboard_alerts.get_alerts"))


def open_ones(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the alerts that nobody has taken note of."""
    return [row for row in rows if row["acknowledged_at"] is None]
