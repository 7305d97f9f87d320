"""Whose turn a message is: it is claimed, and that is committed, before it leaves.

A claim is one UPDATE of a pending row, so of two processes one gets it. What a process
has claimed and not settled is in doubt: it may have gone out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session

from store.bulk import sql_table
from store.settings import Settings
from store.tables import Table

# A receiver that knows a message by its id takes it twice without harm.
SAFE_TO_REPEAT = frozenset({"webhook"})
# No send takes longer: a mail server is waited for at each of some ten turns.
MOST_TURNS = 20
LEAST_PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True)
class Taken:
    """A message that is ours to send."""

    key: str
    """What is delivered; the same at every try."""

    channel: str
    """``email``, ``sms`` or ``webhook``."""

    claimed_at: datetime
    """When, UTC; tells this try from others."""

    attempts: int
    """Tries, with this one."""


class Outbox:
    """The messages of a table.

    Parameters
    ----------
    table : type of Table
        With the columns of `delivery` about a message on its way.
    key : str
        Its column that says what is delivered.
    """

    def __init__(self, table: type[Table], key: str) -> None:
        self._table = sql_table(table)
        self._row = self._table.c
        self._key = self._row[key]

    def is_due(self, channel: str, now: datetime) -> ColumnElement[bool]:
        """Return the condition of what may be sent by a channel now."""
        row = self._row
        may = or_(row.not_before.is_(None), row.not_before <= now)
        return and_(row.channel == channel, row.state == "pending", may)

    def take(
        self, session: Session, key: str, channel: str, now: datetime
    ) -> Taken | None:
        """Take a message, if it is still there to be taken."""
        taking = (
            update(self._table)
            .where(self._key == key, self.is_due(channel, now))
            .values(state="sending", claimed_at=now, attempts=self._row.attempts + 1)
            .returning(self._row.attempts)
        )
        attempts = session.execute(taking).scalar_one_or_none()
        return None if attempts is None else Taken(key, channel, now, attempts)

    def settle(
        self,
        session: Session,
        taken: Taken,
        state: str,
        *,
        error: str | None = None,
        sent_at: datetime | None = None,
        not_before: datetime | None = None,
        attempts: int | None = None,
    ) -> None:
        """Write what became of a message, unless it was taken away meanwhile."""
        session.execute(
            update(self._table)
            .where(
                self._key == taken.key,
                self._row.channel == taken.channel,
                self._row.claimed_at == taken.claimed_at,
                self._row.state.in_(["sending", "uncertain"]),
            )
            .values(
                state=state,
                error=error,
                sent_at=sent_at,
                not_before=not_before,
                attempts=taken.attempts if attempts is None else attempts,
            )
        )

    def take_back(self, session: Session, now: datetime, settings: Settings) -> int:
        """Settle what processes that ended had claimed; return how many are in doubt
        now.

        What is safe to repeat waits again; the rest may have gone out, and is left to
        people.
        """
        row, table = self._row, self._table
        left = and_(row.state == "sending", row.claimed_at < now - _patience(settings))
        safe = row.channel.in_(SAFE_TO_REPEAT)
        why = "its process ended while it was sent"
        again = update(table).where(left, safe)
        session.execute(again.values(state="pending", not_before=None, error=why))
        doubtful = update(table).where(left, ~safe)
        found = session.execute(doubtful.values(state="uncertain", error=why))
        return int(found.rowcount)  # type: ignore[attr-defined]


def _patience(settings: Settings) -> timedelta:
    """Return after how long a claim is of a process that ended."""
    longest = timedelta(seconds=settings.send_timeout_seconds * MOST_TURNS)
    return max(longest, LEAST_PATIENCE)
