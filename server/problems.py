"""Every error as one JSON shape (RFC 9457), in this one place.

Nothing of the request is repeated in an answer but its path, and nothing at all of
the inside: no stack, no address of the database.
"""

import logging
from typing import Any

from flask import Flask, Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, SecurityError

from store.errors import (
    ConflictError,
    DatabaseError,
    ForbiddenError,
    InvalidError,
    MissingError,
    ModelError,
    NoModelError,
    RequestError,
    TooManyError,
    TrendGuardError,
    UnauthorizedError,
)

logger = logging.getLogger("trendguard.server")

MEDIA_TYPE = "application/problem+json"
AWAY = "the database can't be reached just now; try again in a moment"

NOT_MODIFIED: dict[Any, Any] = {
    304: {"description": "The same as the `If-None-Match` one"}
}

# The first class that fits decides; a detail of None means the error's own words.
STATUSES: tuple[tuple[type[Exception], int, str, str | None], ...] = (
    (UnauthorizedError, 401, "Not authorised", None),
    (ForbiddenError, 403, "Not allowed", None),
    (MissingError, 404, "Not found", None),
    (ConflictError, 409, "Conflict", None),
    (TooManyError, 429, "Too many tries", None),
    (InvalidError, 422, "Not valid", None),
    (RequestError, 400, "Bad request", None),
    (NoModelError, 503, "No model yet", "nothing was trained yet; ask again later"),
    (ModelError, 503, "The model can't be used", "an operator has to look at it"),
    (DatabaseError, 503, "The database is away", AWAY),
    (InterfaceError, 503, "The database is away", AWAY),
    (PoolTimeoutError, 503, "The database is away", AWAY),
    (RecursionError, 400, "Bad request", "the JSON is nested too deeply"),
)


class Problem(BaseModel):
    """An error: what happened and what to do."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """``about:blank``, or a URN that names this kind of problem."""

    title: str
    """The kind of problem, the same each time."""

    status: int
    """HTTP status."""

    detail: str
    """This time's problem."""

    instance: str | None = None
    """Path of the request, where it says nothing about a shopper."""

    errors: list[dict[str, str]] | None = None
    """For a body that is not valid: where and why, never what it held."""


def problem(
    status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None
) -> Response:
    """Return an error's answer."""
    private = request.path.startswith(("/v1/cards", "/v1/risk"))
    kind = f"urn:trendguard:problem:{title.lower().replace(' ', '-')}"
    body = Problem(
        type=kind.replace("'", ""),
        title=title,
        status=status,
        detail=detail,
        instance=None if private else request.path,
        errors=errors,
    )
    answer = Response(body.model_dump_json(exclude_none=True), status)
    answer.content_type = MEDIA_TYPE
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="trendguard"'
    return answer


def invalid(error: ValidationError) -> Response:
    """Return the answer to a request that does not fit its model."""
    errors = [
        {"at": ".".join(map(str, found["loc"]))[:200], "why": found["msg"][:200]}
        for found in error.errors(include_url=False, include_input=False)[:20]
    ]
    return problem(422, "Not valid", "see `errors` for what does not fit", errors)


def register_problems(app: Flask) -> None:
    """Make every error of this app a problem."""
    app.register_error_handler(TrendGuardError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _any)


def described(*statuses: int) -> dict[Any, Any]:
    """Return the OpenAPI description of these statuses' answers."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses
    }


def _ours(error: TrendGuardError) -> Response:
    for kind, status, title, detail in STATUSES:
        if isinstance(error, kind):
            answer = problem(status, title, detail or str(error))
            if isinstance(error, TooManyError):
                answer.headers["Retry-After"] = str(error.retry_after_seconds)
            return answer
    return _any(error)


def _http(error: HTTPException) -> Response | HTTPException:
    if error.response is not None and error.code is None:
        return error  # an answer that was already made, such as `invalid`
    if (error.code or 500) < 400:
        return error  # a redirect
    detail = error.description or "the request could not be answered"
    if isinstance(error, SecurityError):
        detail = "nothing is served under this host name"
    answer = problem(error.code or 500, error.name, detail)
    if error.code == 405:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))  # type: ignore[attr-defined]
    return answer


def _any(error: Exception) -> Response:
    for kind, status, title, detail in STATUSES:
        if isinstance(error, kind):
            logger.warning("answered %s: %s", status, type(error).__name__)
            return problem(status, title, detail or title)
    # Its type and place, not its words: those may hold what a shopper sent.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    logger.error("answered 500: %s at %s", type(error).__name__, where)
    return problem(500, "Internal error", "an operator has to look at it")
