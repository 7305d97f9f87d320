"""Who may operate TrendGuard: bearer tokens, shown once and kept as a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from typing import Any

from flask import g, request
from sqlmodel import Session, select

from store.clock import utc_now
from store.database import Database
from store.errors import ConflictError, ForbiddenError, UnauthorizedError
from store.settings import Settings
from store.tables import AdminUser, ApiToken, AuditEvent

TOKEN_BYTES = 32
READERS = ("viewer", "operator", "admin")
READING = ("GET", "HEAD", "OPTIONS")
REFUSED = "this call needs `Authorization: Bearer TOKEN` with a token that is valid"


def add_admin(database: Database, name: str) -> str:
    """Add an administrator and return the token, which is not kept.

    Raises
    ------
    ConflictError
        If there is one of this name.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = utc_now()
    with database.writing() as session:
        if session.get(AdminUser, name) is not None:
            raise ConflictError(f"there is an administrator {name!r} already")
        session.add(AdminUser(name=name, role="admin", created_at=now))
        session.flush()
        hashed = token_hash(token)
        session.add(
            ApiToken(token_sha256=hashed, name=name, scope="admin", created_at=now)
        )
        session.add(
            AuditEvent(happened_at=now, actor="cli", action="admin.add", subject=name)
        )
    return token


def token_hash(token: str) -> str:
    """Return SHA-256 of a token, hex: how it is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def admin_of_request(
    database: Database, settings: Settings, writers: Collection[str] = ("admin",)
) -> str:
    """Return who sent this request.

    Parameters
    ----------
    writers : collection of str
        The roles that may change something here; all three may look.

    Raises
    ------
    UnauthorizedError
        Always with the same words: why a token is refused helps only a thief.
    ForbiddenError
        If the token is good, but not for this.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError(REFUSED)
    hashed = token_hash(token.strip())
    fixed = settings.admin_token
    if fixed and hmac.compare_digest(hashed, token_hash(fixed)):
        return "settings"
    # Looked up by its hash, so the time this takes tells nothing about the token.
    token_row, user = _owner(database, hashed)
    if token_row.scope != "admin":
        raise ForbiddenError("this token is not for the admin calls")
    if user.role not in (READERS if request.method in READING else writers):
        raise ForbiddenError(f"the role {user.role} may not do this; an admin may")
    return user.name


def audit(
    session: Session, action: str, subject: str, details: Mapping[str, Any]
) -> None:
    """Write down what this request does, in the transaction that does it."""
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor=g.admin,
            action=action,
            subject=subject,
            details=dict(details),
        )
    )


def _owner(database: Database, hashed: str) -> tuple[ApiToken, AdminUser]:
    with database.reading() as session:
        found = session.exec(
            select(ApiToken, AdminUser)
            .join(AdminUser)
            .where(ApiToken.token_sha256 == hashed)
        ).one_or_none()
    if found is None:
        raise UnauthorizedError(REFUSED)
    token, user = found
    expired = token.expires_at is not None and token.expires_at <= utc_now()
    if expired or user.disabled_at is not None:
        raise UnauthorizedError(REFUSED)
    return token, user
