"""What one worker counts between two writes: nudges that were shown, unknown products
that were asked for.
"""

from dataclasses import dataclass
from functools import partial

from flask import Flask, current_app

from server.lookups import Asked, count_lookups
from server.shown import Shown, count_shown
from server.tally import Tally
from store.database import Database
from store.settings import Settings

_NAME = "trendguard.tallies"


@dataclass(frozen=True)
class Tallies:
    """All counts of a worker."""

    shown: Tally[Shown]
    """Nudges."""

    lookups: Tally[Asked]
    """Products."""

    def flush(self) -> None:
        """Write all of them; never raises."""
        self.shown.flush()
        self.lookups.flush()


def register_tallies(app: Flask, settings: Settings, database: Database) -> None:
    """Give an app its counts."""
    counts = Tallies(
        Tally(partial(count_shown, database)),
        Tally(partial(count_lookups, database, settings)),
    )
    database.before_close(counts.flush)
    app.extensions[_NAME] = counts


def tallies(app: Flask | None = None) -> Tallies:
    """Return the counts of an app, by default the one that answers this request."""
    found: Tallies = (app or current_app).extensions[_NAME]
    return found
