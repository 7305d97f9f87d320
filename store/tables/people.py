"""Who may operate TrendGuard, and what they did."""

from datetime import datetime
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


class ApiToken(Table, table=True):
    """A bearer token; shown once, kept as a hash."""

    __tablename__ = "api_token"

    token_sha256: str = Field(primary_key=True)
    """SHA-256 of the token, hex; a token is 256 random bits, so no salt is needed."""

    name: str = Field(foreign_key="admin_user.name")
    """Whose."""

    scope: str
    """``admin`` (everything) or ``score`` (checkout scoring)."""

    created_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""

    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it stops working, UTC; none is never."""


class AuditEvent(Table, table=True):
    """What an admin did."""

    __tablename__ = "audit_event"

    event_id: int | None = Field(default=None, primary_key=True)
    """Running number."""

    happened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When, UTC."""

    actor: str
    """Who: an admin's name or ``cli``."""

    action: str
    """What, such as ``crawl.run``."""

    subject: str
    """On what."""

    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Anything else; never personal data."""
