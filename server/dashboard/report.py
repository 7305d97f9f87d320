"""The report: what overview, drivers and effects show, on one page to be printed, or
in one file to be sent.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response

from ml.standing.findings import kept_finding
from server.access import only_who_may
from server.dashboard.asking import read_asked
from server.dashboard.drivers import drivers
from server.dashboard.effects import effects
from server.dashboard.overview import overview
from server.dashboard.shell import page
from server.dashboard.tables import Table
from server.state import state
from store.clock import utc_now
from store.database import Database
from store.settings import Settings

blueprint = Blueprint("dashboard_report", __name__, url_prefix="/dashboard/report")
blueprint.before_request(only_who_may)

ADDRESS = "/dashboard/report/"
# What the template calls it: the finding, and what is shown of it.
BODIES = {"drivers": ("drivers", drivers), "effects": ("experiment", effects)}


@blueprint.get("/")
def get_report() -> Response:
    """All figures of what is asked for on one page."""
    return _report(on_paper=False)


def report(database: Database, settings: Settings, **asked: str) -> str:
    """Return the report as a file: HTML that fetches nothing.

    Parameters
    ----------
    asked
        ``from``, ``to``, ``category``, ``hashtag``, as in the page's address.

    Raises
    ------
    InvalidError
        If what is asked for makes no sense.
    """
    from server.app import create_app  # noqa: PLC0415 - it is made of this module too

    app = create_app(settings, database)
    query = urlencode({name: value for name, value in asked.items() if value})
    root = settings.public_url or f"http://{settings.api_host}:{settings.api_port}"
    with app.test_request_context(f"{ADDRESS}?{query}", base_url=root):
        return _report(on_paper=True).get_data(as_text=True)


def _report(*, on_paper: bool) -> Response:
    values: dict[str, Any] = {"on_paper": on_paper, "now": utc_now()}
    with state().database.reading() as session:
        asked = read_asked(session)
        if asked is None:
            return page("report.html", "Report", asked=None, **values)
        found = {
            name: kept_finding(session, kept) for name, (kept, _) in BODIES.items()
        }
        shown, more = overview(session, asked)
    tables: list[Table] = list(shown)
    for name, (_, body) in BODIES.items():
        finding = found[name]
        if finding is not None and finding[0].get("orders"):
            parts, values[name] = body(*finding)
            tables += parts
    return page("report.html", "Report", tables, **values, **more)
