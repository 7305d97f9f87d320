"""The one clock: aware UTC, so that nothing is ever compared across time zones."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)
