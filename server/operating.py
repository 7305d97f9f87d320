"""Who operates TrendGuard: a request's sender, or whoever runs the command."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlmodel import Session

from server.access.trail import record
from server.state import state
from store.database import Database
from store.settings import Settings


@dataclass(frozen=True)
class Operator:
    """Somebody who acts; what they do is written down under their name."""

    database: Database
    """On what they act."""

    settings: Settings
    """Its settings."""

    actor: str
    """Their name in the audit trail."""

    asked_by: str = "admin"
    """As of `crawl_run.asked_by`."""

    def audit(
        self, session: Session, action: str, subject: str, details: Mapping[str, Any]
    ) -> None:
        """Write down what they do, in the transaction that does it."""
        record(session, self.actor, action, subject, details)


def operator() -> Operator:
    """Return who sent this request, once the gate has let it in."""
    return Operator(state().database, state().settings, g.admin)
