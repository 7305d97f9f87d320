"""Who may operate TrendGuard, and what they did."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class AdminUser(Table, table=True):
    """A person who operates TrendGuard."""

    __tablename__ = "admin_user"

    name: str = Field(primary_key=True)
    """Log-in name."""

    role: str = "admin"
    """``viewer``, ``operator`` or ``admin``."""

    created_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""

    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when the person may no longer enter, UTC."""

    password_hash: str | None = None
    """Argon2id with salt and parameters (PHC string); none: enters by tokens alone."""


class AdminSession(Table, table=True):
    """A person who is logged in, in one browser; a row ends with it."""

    __tablename__ = "admin_session"

    session_sha256: str = Field(primary_key=True)
    """SHA-256 of the session's id, hex; the id, 256 random bits, is in the cookie."""

    name: str = Field(foreign_key="admin_user.name", index=True)
    """Whose."""

    created_at: datetime = Field(sa_type=UtcDateTime)
    """When the person logged in, UTC."""

    seen_at: datetime = Field(sa_type=UtcDateTime)
    """When it was used last, to a minute, UTC."""


class ApiToken(Table, table=True):
    """A bearer token; shown once, kept as a hash."""

    __tablename__ = "api_token"

    token_sha256: str = Field(primary_key=True)
    """SHA-256 of the token, hex; a token is 256 random bits, so no salt is needed."""

    name: str = Field(foreign_key="admin_user.name")
    """Whose."""

    scope: str
    """What it may be used for, parted by spaces: ``score`` (checkout scoring),
    ``read``, ``operate``, ``admin`` (everything); never more than its owner may."""

    created_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""

    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it stops working, UTC; none is never."""

    token_id: str = Field(unique=True)
    """First 16 digits of its SHA-256: names it in lists and in the audit trail."""

    label: str = ""
    """What it is for, in its maker's words."""

    last_used_on: date | None = None
    """Day (UTC) of its last use."""

    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it no longer counts, UTC."""


class AuditEvent(Table, table=True):
    """What an admin did."""

    __tablename__ = "audit_event"

    event_id: int | None = Field(default=None, primary_key=True)
    """Running number."""

    happened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When, UTC."""

    actor: str
    """Who: an admin's name, ``cli``, ``settings`` (its token), ``trial``, or ``nobody``
    (who failed to log in)."""

    action: str
    """What, such as ``crawl.run``."""

    subject: str
    """On what."""

    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Anything else; never personal data."""
