"""Figures that take too long for a page, kept as of when they were computed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from store.clock import utc_now
from store.tables import Finding


def keep_finding(session: Session, name: str, body: dict[str, Any]) -> None:
    """Put a finding in the place of the one of that name."""
    session.merge(Finding(name=name, computed_at=utc_now(), body=body))


def kept_finding(session: Session, name: str) -> tuple[dict[str, Any], datetime] | None:
    """Return a finding and when it was computed; None before the first time."""
    found = session.get(Finding, name)
    return (found.body, found.computed_at) if found else None
