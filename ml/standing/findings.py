"""Figures that take too long for a page, kept as of when they were computed."""

from typing import Any

from sqlmodel import Session

from store.clock import utc_now
from store.tables import Finding


def keep_finding(session: Session, name: str, body: dict[str, Any]) -> None:
    """Put a finding in the place of the one of that name."""
    session.merge(Finding(name=name, computed_at=utc_now(), body=body))
