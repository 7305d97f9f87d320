"""/v1/admin/session: log in, who am I, log out, change one's own password."""

from datetime import datetime
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from server.access import Caller, by_session, caller, only_who_may
from server.access.csrf import refuse_foreign
from server.access.log_in import change_own_password, log_in, log_out
from server.access.passwords import MAX_BYTES
from server.access.roles import Role
from server.access.sessions import delete_cookie, set_cookie
from server.problems import described
from server.state import state

blueprint = APIBlueprint(
    "admin_session",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_responses=described(401, 403, 503),
)
SECURED: list[dict[str, list[Any]]] = [{"token": []}, {"session": []}]


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class LogIn(_Part):
    """Who wants in."""

    name: str = Field(max_length=200)
    """Log-in name."""

    password: SecretStr = Field(max_length=MAX_BYTES)
    """The password."""


class Identity(_Part):
    """Who asks, and how long."""

    name: str
    """Log-in name; ``settings`` for the token that is a setting."""

    role: Role
    """``viewer``, ``operator`` or ``admin``."""

    powers: list[str]
    """What may be done: ``score``, ``read``, ``operate``, ``admin``."""

    csrf_token: str | None
    """To be sent along with every change, in ``X-CSRF-Token``; none with a token."""

    expires_at: datetime | None
    """When session or token ends at the latest, UTC; none: never."""


class NewPassword(_Part):
    """One's own new password."""

    current_password: SecretStr = Field(max_length=MAX_BYTES)
    """The one so far."""

    new_password: SecretStr = Field(max_length=MAX_BYTES)
    """At least 12 characters, at most 1024 bytes, not a common one."""


@blueprint.before_request
def _only_who_may() -> None:
    if request.endpoint == f"{blueprint.name}.{post_session.__name__}":
        refuse_foreign(state().settings)  # nobody is known yet
    else:
        only_who_may()


@blueprint.post("/session", responses={200: Identity, **described(400, 413, 422, 429)})
def post_session(body: LogIn) -> Response:
    """Log in: the answer sets the session's cookie; one there was before ends."""
    entered = log_in(body.name, body.password.get_secret_value())
    answer = _json(by_session(entered))
    set_cookie(answer, state().settings, entered.session_id)
    return answer


@blueprint.get("/session", security=SECURED, responses={200: Identity})
def get_session() -> Response:
    """Who am I."""
    return _json(caller())


@blueprint.delete("/session", security=SECURED, responses={204: None})
def delete_session() -> Response:
    """Log out; the session counts no more, wherever it is sent."""
    log_out(caller())
    return _nothing()


@blueprint.put(
    "/session/password",
    security=SECURED,
    responses={204: None, **described(400, 413, 422, 429)},
)
def put_password(body: NewPassword) -> Response:
    """Change one's own password; all one's sessions end."""
    change_own_password(
        caller(),
        body.current_password.get_secret_value(),
        body.new_password.get_secret_value(),
    )
    return _nothing()


def _json(who: Caller) -> Response:
    identity = Identity(
        name=who.name,
        role=who.role,
        powers=sorted(who.powers),
        csrf_token=who.entered.csrf_token if who.entered else None,
        expires_at=who.expires_at,
    )
    return Response(identity.model_dump_json(), mimetype="application/json")


def _nothing() -> Response:
    answer = Response(status=204)
    delete_cookie(answer, state().settings)
    return answer
