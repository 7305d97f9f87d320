"""/v1/admin/tokens: bearer tokens, one's own; an admin reaches all. All audited."""

from datetime import date, datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server.access import Caller, caller, only_who_may
from server.access.roles import Scope, powers_of
from server.access.tokens import (
    DEFAULT_DAYS,
    LABEL_CHARACTERS,
    MOST_DAYS,
    all_tokens,
    make_token,
    revoke_token,
)
from server.problems import described
from server.state import state
from server.texts import PlainText
from store.errors import ForbiddenError
from store.tables import ApiToken

blueprint = APIBlueprint(
    "admin_tokens",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class Token(_Part):
    """A token, without itself."""

    token_id: str
    """First 16 digits of its SHA-256."""

    name: str
    """Its owner."""

    label: str
    """What it is for."""

    scopes: list[str]
    """``score``, ``read``, ``operate``, ``admin``; its owner's role bounds them."""

    created_at: datetime
    """When it was made, UTC."""

    expires_at: datetime | None
    """When it stops working, UTC; none: never."""

    last_used_on: date | None
    """Day of its last use, UTC."""

    revoked_at: datetime | None
    """Since when it no longer counts, UTC."""


class MadeToken(Token):
    """A new token, and this once the token itself."""

    token: str
    """What is sent as ``Authorization: Bearer …``; it can't be shown again."""


class Tokens(_Part):
    """Tokens, the newest first."""

    tokens: list[Token]
    """The tokens."""


class NewToken(_Part):
    """A token to be made."""

    scopes: list[Scope] = Field(min_length=1, max_length=4)
    """What it is for."""

    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS)
    """It stops working after so many days."""

    label: str = Field(
        default="", max_length=LABEL_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]*$"
    )
    """What it is for, in words."""

    name: PlainText | None = Field(default=None, min_length=1, max_length=64)
    """Its owner, where an admin makes it for another."""


class TokenPath(BaseModel):
    """Which token."""

    token_id: str


blueprint.before_request(only_who_may)


@blueprint.get("/tokens", responses={200: Tokens})
def get_tokens() -> Response:
    """One's own tokens; for an admin those of all."""
    with state().database.reading() as session:
        found = [_shown(row) for row in all_tokens(session, _bound_to(caller()))]
    return _json(Tokens(tokens=found))


@blueprint.post(
    "/tokens", responses={201: MadeToken, **described(400, 404, 409, 413, 422)}
)
def post_token(body: NewToken) -> Response:
    """Make a token; it is shown this once."""
    who = _who_may_change()
    owner = body.name or who.name
    if _bound_to(who) not in (None, owner):
        raise ForbiddenError("only an admin makes tokens for others")
    if not powers_of("admin", body.scopes) <= who.powers:
        raise ForbiddenError("a token can't be given more than its maker may do")
    with state().database.writing() as session:
        token, row = make_token(
            session,
            owner,
            body.scopes,
            actor=who.name,
            days=body.days,
            label=body.label,
        )
    return _json(MadeToken(token=token, **_shown(row).model_dump()), 201)


@blueprint.delete("/tokens/<token_id>", responses={200: Token, **described(404)})
def delete_token(path: TokenPath) -> Response:
    """Revoke a token: it counts no more, from now on."""
    who = _who_may_change()
    with state().database.writing() as session:
        row = revoke_token(session, path.token_id, actor=who.name, owner=_bound_to(who))
    return _json(_shown(row))


def _bound_to(who: Caller) -> str | None:
    return None if "admin" in who.powers else who.name


def _who_may_change() -> Caller:
    who = caller()
    # Else a stolen token could make itself a longer life, or end the others.
    if who.entered is None and "admin" not in who.powers:
        raise ForbiddenError("log in to make or revoke tokens; this token can't")
    return who


def _shown(row: ApiToken) -> Token:
    kept = row.model_dump(include=set(Token.model_fields))
    return Token(scopes=row.scope.split(), **kept)


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
