"""What a request's body may be: how long, of which type, how deeply nested."""

from flask import Flask, Response, request
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge

from server.problems import problem
from store.settings import Settings

JSON = "application/json"
NDJSON = "application/x-ndjson"
# Types by path, where it is not JSON alone.
TYPES = {"/v1/score": (JSON, NDJSON)}
# Mail programs post a form there (RFC 8058), whose one field says nothing new.
UNSUBSCRIBE = "/v1/unsubscribe/"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
DASHBOARD = "/dashboard/"
# A large body is read for those alone who may send it: its own blueprint checks it.
READ_LATER = frozenset({"/v1/score"})
# With fewer brackets than the parser's bound of 200 nothing is nested deeper.
FEW_BRACKETS = 200


def register_bodies(app: Flask, settings: Settings) -> None:
    """Refuse bodies that no call of this app takes, before they are read whole."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    lengths = {"/v1/score": settings.score_body_bytes}

    def check() -> Response | None:
        most = lengths.get(request.path, settings.max_body_bytes)
        request.max_content_length = most
        if (request.content_length or 0) > most:
            raise RequestEntityTooLarge
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.routing_exception:
            return None
        if not has_body():
            return None
        takes = _types(request.path)
        if request.mimetype not in takes:
            return problem(
                415,
                "Unsupported media type",
                f"send the body with `Content-Type: {' or '.join(takes)}`",
            )
        return None if request.path in READ_LATER else check_json()

    app.before_request(check)


def _types(path: str) -> tuple[str, ...]:
    if path.startswith((UNSUBSCRIBE, DASHBOARD)):
        return FORMS
    return TYPES.get(path, (JSON,))


def check_json() -> Response | None:
    """Return the answer to a body of JSON that can't be read, None to all others."""
    if request.mimetype != JSON:
        return None
    body, most = request.get_data(), request.max_content_length
    # One whose length is not told is cut off at the bound without a word.
    if request.content_length is None and most is not None and len(body) >= most:
        raise RequestEntityTooLarge
    if nested_too_deeply(body):
        return problem(400, "Bad request", "the JSON is nested too deeply")
    return None


def has_body() -> bool:
    """Tell whether this request brings a body, of a known length or in parts."""
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def nested_too_deeply(body: bytes) -> bool:
    """Tell whether JSON is nested deeper than its parser goes.

    >>> nested_too_deeply(b"[" * 100_000), nested_too_deeply(b"[[1]]")
    (True, False)
    """
    if body.count(b"[") + body.count(b"{") < FEW_BRACKETS:
        return False
    try:
        from_json(body)
    except ValueError as error:
        # What else is wrong with it is said where it is read.
        return "recursion limit" in str(error)
    return False
