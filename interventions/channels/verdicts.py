"""What becomes of a message after a try."""

from datetime import datetime, timedelta
from typing import Any

from store.errors import AwayError, DelayedError, DeliveryError, UncertainError

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)


def verdict(
    error: DeliveryError | None, attempts: int, most_attempts: int, now: datetime
) -> dict[str, Any]:
    """Return what is written of a message: its state and, where it changes them,
    ``error``, ``not_before``, ``sent_at`` and ``attempts``.

    Parameters
    ----------
    error : DeliveryError, optional
        Why it did not go out; none where it did.
    attempts : int
        Tries, with this one.
    """
    if error is None:
        return {"state": "sent", "sent_at": now}
    told: dict[str, Any] = {"error": str(error)}
    if isinstance(error, AwayError):
        # The way is closed, not the message wrong: that try does not count.
        return told | {"state": "pending", "attempts": attempts - 1}
    if isinstance(error, DelayedError) and attempts < most_attempts:
        asked = timedelta(seconds=error.retry_after_seconds)
        pause = max(pause_after(attempts), asked)
        return told | {"state": "pending", "not_before": now + pause}
    is_uncertain = isinstance(error, UncertainError)
    return told | {"state": "uncertain" if is_uncertain else "dead"}


def pause_after(attempts: int) -> timedelta:
    """Return how long a message waits after so many tries.

    >>> [pause_after(attempts) // timedelta(minutes=1) for attempts in range(1, 8)]
    [1, 4, 16, 64, 256, 720, 720]
    """
    growth: int = 4 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * growth, LONGEST_PAUSE)
