"""Buttons of the crawls' page: stop a watch, let it go on."""

from flask import Blueprint, Response, url_for

from server.access import only_who_may
from server.dashboard.shell import go_to
from server.operating import operator
from server.watches import set_paused

blueprint = Blueprint("dashboard_watches", __name__, url_prefix="/dashboard/watches")
blueprint.before_request(only_who_may)


@blueprint.post("/<int(max=2147483647):watch_id>/pause")
def post_pause(watch_id: int) -> Response:
    """Stop it."""
    set_paused(operator(), watch_id, paused=True)
    return _back()


@blueprint.post("/<int(max=2147483647):watch_id>/resume")
def post_resume(watch_id: int) -> Response:
    """Let it go on."""
    set_paused(operator(), watch_id, paused=False)
    return _back()


def _back() -> Response:
    return go_to(url_for("dashboard_crawls.get_crawls", _anchor="watches"))
