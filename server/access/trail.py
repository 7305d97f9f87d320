"""The audit trail: who did what, written in the transaction that does it."""

from collections.abc import Mapping
from typing import Any

from flask import g
from sqlmodel import Session

from store.clock import utc_now
from store.tables import AuditEvent


def audit(
    session: Session, action: str, subject: str, details: Mapping[str, Any]
) -> None:
    """Write down what this request does, in the transaction that does it."""
    record(session, g.admin, action, subject, details)


def record(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down what somebody does; never a password, a token or an address."""
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor=actor,
            action=action,
            subject=subject,
            details=dict(details or {}),
        )
    )
