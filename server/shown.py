"""Nudges that were given to a browser: how many of a kind on a day, never to whom."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, update

from store.database import Database
from store.tables import Nudge
from store.turns import NUDGE_COUNTS, wait_for_turn


@dataclass(frozen=True)
class Shown:
    """A nudge of a day."""

    kind: str
    """Which nudge."""

    day: date
    """The day, UTC."""


def count_shown(database: Database, counts: Counter[Shown]) -> None:
    """Add counts to those of the table."""
    with database.writing() as session:
        wait_for_turn(session, NUDGE_COUNTS)
        for shown, count in counts.items():
            same = col(Nudge.kind) == shown.kind, col(Nudge.day) == shown.day
            more = {"shown_count": col(Nudge.shown_count) + count}
            found = session.execute(update(Nudge).where(*same).values(more))
            if not found.rowcount:  # type: ignore[attr-defined]
                session.add(Nudge(**vars(shown), shown_count=count))
