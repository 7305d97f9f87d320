"""Turns: what no two processes may do at once, on either database."""

from sqlalchemy import func
from sqlmodel import Session, select

# PostgreSQL knows a lock by its number; the migrations have 7461727.
JOB_CLAIMS = 7461728
NEW_WATCHES = 7461729
CHANGES = 7461730
MODEL_ROLES = 7461731
ADMIN_ROLES = 7461740
NUDGE_COUNTS = 7461741
OUTCOMES = 7461742
NIGHTS = 7461743
PEOPLE = 7461744
ALERTS = 7461745
CRAWL_CLAIMS = 7461746


def wait_for_turn(session: Session, turn: int) -> None:
    """Hold everybody else's same turn off until this transaction ends.

    On SQLite a writing session has that once it has begun: one writes at a time.
    """
    session.connection()
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(turn)))
