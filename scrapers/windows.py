"""Days cut into the windows that an API answers a query for."""

from dataclasses import dataclass
from datetime import date, timedelta

WINDOW_DAYS = 30


@dataclass(frozen=True)
class Window:
    """A hashtag and the days, both of them included, of one query."""

    hashtag: str
    first_on: date
    last_on: date


def windows(hashtag: str, first_on: date, last_on: date) -> list[Window]:
    """Return the queries that cover some days, the earliest first.

    >>> found = windows("lamp", date(2026, 1, 1), date(2026, 2, 1))
    >>> [window.last_on.isoformat() for window in found]
    ['2026-01-30', '2026-02-01']
    """
    found = []
    while first_on <= last_on:
        end = min(first_on + timedelta(days=WINDOW_DAYS - 1), last_on)
        found.append(Window(hashtag, first_on, end))
        first_on = end + timedelta(days=1)
    return found
