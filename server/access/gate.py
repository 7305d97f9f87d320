"""Who sent this request, and whether they may: the one gate of all admin calls."""

import hmac
import logging
from dataclasses import dataclass
from datetime import date, datetime

from flask import g, request
from sqlmodel import col, select, update

from server.access import sessions
from server.access.csrf import refuse_forged
from server.access.roles import EVERYTHING, RESOURCES, Power, powers_of
from server.access.tokens import token_hash
from server.state import state
from store.clock import utc_now
from store.database import Database
from store.errors import DatabaseError, ForbiddenError, UnauthorizedError
from store.tables import AdminUser, ApiToken

logger = logging.getLogger("trendguard.server")
READING = ("GET", "HEAD", "OPTIONS")
# Sent by a page that looks by itself: nobody is at it because of that.
UNATTENDED = "X-Unattended"
REFUSED = (
    "this call needs `Authorization: Bearer TOKEN` with a token that is valid, or the "
    "cookie of a session (log in at /v1/admin/session)"
)


@dataclass(frozen=True)
class Caller:
    """Who sent a request."""

    name: str
    """A person's name, or ``settings`` for the token that is a setting."""

    role: str
    """The person's role."""

    powers: frozenset[Power]
    """What this caller may do: less than the role where a token's scopes are less."""

    expires_at: datetime | None
    """When token or session ends, UTC; None: never."""

    entered: sessions.Entered | None = None
    """The session; None: a token was sent."""


def require(power: Power) -> Caller:
    """Let this request in if its sender has this power, and return who it is.

    `g.caller` is the caller from then on, `g.admin` the name for the audit trail.

    Raises
    ------
    UnauthorizedError
        Always with the same words: why a token is refused helps only a thief.
    ForbiddenError
        If it is known who asks, but they may not; or if another site's page asks.
    """
    caller = _caller()
    g.caller, g.admin = caller, caller.name
    if power not in caller.powers:
        raise ForbiddenError(
            f"this needs the right to {power}, which the role {caller.role} or this "
            "token does not give; an admin can"
        )
    return caller


def only_who_may() -> None:
    """Let in who may use this resource; `roles.RESOURCES` says who that is."""
    needed = RESOURCES[str(request.blueprint)]
    require(needed.to_look if request.method in READING else needed.to_change)


def caller() -> Caller:
    """Return who sent this request, once it was let in."""
    found: Caller = g.caller
    return found


def by_session(entered: sessions.Entered) -> Caller:
    """Return the caller that a session speaks for."""
    user = entered.user
    powers = powers_of(user.role)
    return Caller(user.name, user.role, powers, entered.expires_at, entered)


def _caller() -> Caller:
    if "Authorization" in request.headers:
        return _by_token(request.headers["Authorization"])
    settings = state().settings
    session_id = request.cookies.get(sessions.cookie_name(settings))
    entered = sessions.find(
        state().database,
        settings,
        session_id or "",
        in_use=UNATTENDED not in request.headers,
    )
    if entered is None:
        raise UnauthorizedError(REFUSED)
    if request.method not in READING:
        refuse_forged(settings, entered.csrf_token)
    return by_session(entered)


def _by_token(header: str) -> Caller:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError(REFUSED)
    hashed = token_hash(token.strip())
    fixed = state().settings.admin_token
    if fixed and hmac.compare_digest(hashed, token_hash(fixed)):
        return Caller("settings", "admin", EVERYTHING, None)
    # Looked up by its hash, so the time this takes tells nothing about the token.
    row, user = _owner(state().database, hashed)
    powers = powers_of(user.role, row.scope.split())
    return Caller(user.name, user.role, powers, row.expires_at)


def _owner(database: Database, hashed: str) -> tuple[ApiToken, AdminUser]:
    query = select(ApiToken, AdminUser).join(AdminUser)
    with database.reading() as session:
        found = session.exec(query.where(ApiToken.token_sha256 == hashed)).one_or_none()
    if found is None:
        raise UnauthorizedError(REFUSED)
    token, user = found
    now = utc_now()
    expired = token.expires_at is not None and token.expires_at <= now
    if expired or token.revoked_at is not None or user.disabled_at is not None:
        raise UnauthorizedError(REFUSED)
    if token.last_used_on != now.date():
        _note_use(database, hashed, now.date())
    return token, user


def _note_use(database: Database, hashed: str, day: date) -> None:
    used = update(ApiToken).where(col(ApiToken.token_sha256) == hashed)
    try:
        with database.writing() as session:
            session.execute(used.values(last_used_on=day))
    except DatabaseError as error:
        # The answer does not depend on it.
        logger.warning("a token's use is not noted: %s", type(error).__name__)
