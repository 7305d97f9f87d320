"""What all pages share: the frame around them, the way from one to another, CSV."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from babel.dates import format_timedelta
from flask import Flask, Response, g, redirect, render_template, request, url_for

from reporting.units import NOTHING
from server.access.csrf import FIELD
from server.dashboard.assets import asset_text, asset_url
from server.dashboard.tables import Table, interval, shown
from store.clock import utc_now
from store.errors import MissingError

HTML = "text/html"
# Asked by `live.js` for the part of a page that changes by itself.
LIVE = "live"


class Place(NamedTuple):
    """A page that the navigation leads to."""

    endpoint: str
    """Whose view shows it."""

    label: str
    """What it is called."""


PLACES = (
    Place("dashboard_overview.get_overview", "Overview"),
    Place("dashboard_alerts.get_alerts", "Alerts"),
    Place("dashboard_drivers.get_drivers", "Drivers"),
    Place("dashboard_effects.get_effects", "Effects"),
    Place("dashboard_report.get_report", "Report"),
    Place("dashboard_model.get_model", "Model"),
    Place("dashboard_privacy.get_privacy", "Privacy"),
    Place("dashboard_crawls.get_crawls", "Crawls"),
)


def page(
    template: str, title: str, tables: Sequence[Table] = (), **values: Any
) -> Response:
    """Return a page, or one of its tables where ``?format=csv&table=NAME`` asks for it.

    Parameters
    ----------
    template : str
        In the folder `templates`; has ``tables`` by name besides the values.

    Raises
    ------
    MissingError
        If it has no such table.
    """
    if request.args.get("format") == "csv":
        return _csv(tables, request.args.get("table", ""))
    ordered = {t.name: t.in_order(request.args.get("sort")) for t in tables}
    text = render_template(template, title=title, tables=ordered, **values)
    return Response(text, mimetype=HTML)


def go_to(address: str) -> Response:
    """Return the answer to a form: the page to look at now."""
    return redirect(address, 303, Response=Response)  # type: ignore[return-value]


def here(**changes: Any) -> str:
    """Return this page's address with another query; None takes a part out."""
    query = {**request.args.to_dict(), LIVE: None, **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return url_for(str(request.endpoint), **(request.view_args or {}), **kept)


def may(power: str) -> bool:
    """Tell whether who looks has a power."""
    who = g.get("caller")
    return who is not None and power in who.powers


def register_shell(app: Flask) -> None:
    """Give templates what they share."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset_text=asset_text,
        asset_url=asset_url,
        here=here,
        may=may,
        places=_places,
        csrf=_csrf,
    )
    app.jinja_env.filters.update(shown=shown, interval=interval, from_now=_from_now)


def _csv(tables: Sequence[Table], name: str) -> Response:
    found = next((table for table in tables if table.name == name), None)
    if found is None:
        raise MissingError("this page has no such table")
    answer = Response(found.as_csv(), mimetype="text/csv")
    disposition = f'attachment; filename="trendguard-{name}.csv"'
    answer.headers["Content-Disposition"] = disposition
    return answer


def _places() -> list[dict[str, Any]]:
    return [
        {
            "label": place.label,
            "url": url_for(place.endpoint),
            "is_here": request.blueprint == place.endpoint.partition(".")[0],
        }
        for place in PLACES
    ]


def _csrf() -> dict[str, str]:
    """Return name and value of the field that every form of a session sends along."""
    who = g.get("caller")
    token = who.entered.csrf_token if who and who.entered else ""
    return {"name": FIELD, "value": token}


def _from_now(time: datetime | None) -> str:
    if time is None:
        return NOTHING
    return format_timedelta(time - utc_now(), add_direction=True, locale="en")
