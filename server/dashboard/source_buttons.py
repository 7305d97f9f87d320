"""Buttons of the crawls' page: stop asking a site, or go on."""

from flask import Blueprint, Response, url_for

from server.access import only_who_may
from server.dashboard.shell import go_to
from server.operating import operator
from server.sources import set_paused

blueprint = Blueprint("dashboard_sources", __name__, url_prefix="/dashboard/sources")
blueprint.before_request(only_who_may)


@blueprint.post("/<source>/pause")
def post_pause(source: str) -> Response:
    """Ask it nothing until it is resumed."""
    set_paused(operator(), source, paused=True)
    return _back()


@blueprint.post("/<source>/resume")
def post_resume(source: str) -> Response:
    """Ask it again, at once."""
    set_paused(operator(), source, paused=False)
    return _back()


def _back() -> Response:
    return go_to(url_for("dashboard_crawls.get_crawls", _anchor="sites"))
