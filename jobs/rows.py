"""Rows that are made once, by their unique key."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from store.tables import CrawlRun, JobRun

MESSAGE_CHARACTERS = 2000


def inserted(session: Session, row: CrawlRun | JobRun) -> bool:
    """Insert a row, and tell whether it is the first of its key."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True
