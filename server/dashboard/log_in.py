"""The page to log in at, and the way out."""

from flask import Blueprint, Response, request, url_for

from server.access import Caller, caller, only_who_may, require
from server.access.csrf import refuse_foreign
from server.access.log_in import log_in, log_out
from server.access.passwords import MAX_BYTES
from server.access.sessions import delete_cookie, set_cookie
from server.dashboard.shell import go_to, page
from server.state import state
from store.errors import (
    ForbiddenError,
    RequestError,
    TooManyError,
    UnauthorizedError,
)

NAME_CHARACTERS = 200
START = "/dashboard/"
STATUSES: dict[type[RequestError], int] = {
    UnauthorizedError: 401,
    ForbiddenError: 403,
    TooManyError: 429,
}

blueprint = Blueprint("dashboard_session", __name__, url_prefix="/dashboard")


@blueprint.before_request
def _only_who_may() -> None:
    if request.endpoint == f"{blueprint.name}.{post_log_out.__name__}":
        only_who_may()


@blueprint.get("/log-in")
def get_log_in() -> Response:
    """The form; who is logged in goes on."""
    if _known() is not None:
        return _to(request.args.get("next"))
    return page("log_in.html", "Log in", wanted=request.args.get("next", ""))


@blueprint.post("/log-in")
def post_log_in() -> Response:
    """Log in and go on to the page that was wanted."""
    name = request.form.get("name", "")[:NAME_CHARACTERS]
    wanted = request.form.get("next", "")
    try:
        refuse_foreign(state().settings)
        password = request.form.get("password", "")
        entered = log_in(name, password if len(password) <= MAX_BYTES else "")
    except tuple(STATUSES) as error:
        answer = page("log_in.html", "Log in", wanted=wanted, name=name, why=str(error))
        answer.status_code = STATUSES[type(error)]
        if isinstance(error, TooManyError):
            answer.headers["Retry-After"] = str(error.retry_after_seconds)
        return answer
    answer = _to(wanted)
    set_cookie(answer, state().settings, entered.session_id)
    return answer


@blueprint.post("/log-out")
def post_log_out() -> Response:
    """Log out."""
    log_out(caller())
    answer = _to(url_for("dashboard_session.get_log_in"))
    delete_cookie(answer, state().settings)
    return answer


def _known() -> Caller | None:
    try:
        return require("read")
    except (UnauthorizedError, ForbiddenError):
        return None


def _to(wanted: str | None) -> Response:
    """Go to a page of the dashboard; what names another place leads to the start."""
    safe = wanted if wanted and wanted.startswith(START) else START
    return go_to(safe)
