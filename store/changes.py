"""What changed among the dated observations, so that what is derived from them is made
again from that day on, and not from the beginning.
"""

import secrets
from collections.abc import Iterable
from datetime import date

from sqlmodel import Session

from store.clock import utc_now
from store.tables import (
    Change,
    HashtagSnapshot,
    Listing,
    Order,
    Return,
    Review,
    Table,
    Video,
)
from store.turns import CHANGES, wait_for_turn

# Each dated observation, and the column that says when it became known.
KNOWN_AT: dict[type[Table], str] = {
    HashtagSnapshot: "observed_at",
    Video: "observed_at",
    Listing: "observed_at",
    Review: "reviewed_at",
    Order: "purchased_at",
    Return: "returned_at",
}


def note_change(session: Session, table: type[Table], from_day: date) -> None:
    """Note that rows of a dated table known on `from_day` or later are no longer what
    they were; it is written with the session's other changes.
    """
    noted: dict[type[Table], date] = session.info.setdefault("changes", {})
    noted[table] = min(from_day, noted.get(table, from_day))


def write_changes(session: Session) -> None:
    """Write what was noted; the last step before a commit."""
    noted: dict[type[Table], date] = session.info.pop("changes", {})
    if not noted:
        return
    # Numbers are given in the order of the commits: who has read up to one of them
    # has missed none before it.
    wait_for_turn(session, CHANGES)
    session.add_all(_change(table, from_day) for table, from_day in noted.items())
    session.flush()


def earliest(changes: Iterable[Change]) -> dict[str, date]:
    """Return the earliest day of each changed table, by the table's name."""
    days: dict[str, date] = {}
    for change in changes:
        day = days.get(change.changed_table, change.from_day)
        days[change.changed_table] = min(day, change.from_day)
    return days


def _change(table: type[Table], from_day: date) -> Change:
    return Change(
        changed_table=table.table_name(),
        from_day=from_day,
        token=secrets.token_hex(8),
        noted_at=utc_now(),
    )
