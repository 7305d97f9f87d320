"""The dashboard: pages for those who look after the shop, and after TrendGuard.

Pages show what `reporting` has worked out, and rows of the machinery. They are complete
without scripts, and allow none that is not a file of this package.
"""

from flask import Blueprint, Flask, redirect
from werkzeug.wrappers import Response

from server.dashboard import (
    alerts,
    assets,
    crawls,
    drivers,
    effects,
    hashtag,
    log_in,
    model,
    overview,
    privacy,
    product,
    report,
    source_buttons,
    watches,
)
from server.dashboard.problem_page import register_problem_page
from server.dashboard.shell import register_shell

PAGES: tuple[Blueprint, ...] = (
    assets.blueprint,
    log_in.blueprint,
    overview.blueprint,
    alerts.blueprint,
    drivers.blueprint,
    effects.blueprint,
    report.blueprint,
    product.blueprint,
    hashtag.blueprint,
    model.blueprint,
    privacy.blueprint,
    crawls.blueprint,
    source_buttons.blueprint,
    watches.blueprint,
)


def register_dashboard(app: Flask) -> None:
    """Give an app its pages."""
    register_shell(app)
    register_problem_page(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for path in ("/", "/dashboard"):
        app.add_url_rule(path, f"to_dashboard{path}", _to_dashboard)


def _to_dashboard() -> Response:
    return redirect("/dashboard/")
