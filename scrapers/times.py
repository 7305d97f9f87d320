"""Times that pages give as text, made aware."""

from datetime import UTC, datetime


def read_time(text: str) -> datetime:
    """Return an ISO 8601 time or date as an aware time in UTC.

    >>> read_time("2025-10-27").isoformat()
    '2025-10-27T00:00:00+00:00'
    >>> read_time("2020-05-12T17:48:07-07:00").isoformat()
    '2020-05-13T00:48:07+00:00'
    """
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
