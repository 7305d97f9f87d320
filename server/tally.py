"""Counts that a request leaves behind: kept in memory, written every few seconds by a
thread of their own, so that no answer waits for them or fails with them.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

logger = logging.getLogger("trendguard.server")

FLUSH_SECONDS = 5.0
# A flood of different things is cut off here; what is counted already goes on.
MOST_KINDS = 10_000
Kind = TypeVar("Kind", bound=Hashable)


class Tally(Generic[Kind]):
    """Counts of one sort; a process that dies loses those of a few seconds.

    Parameters
    ----------
    write : callable
        Stores counts, all or none; what it fails on is kept for the next time.
    seconds : float
        How long a count may wait.
    """

    def __init__(
        self, write: Callable[[Counter[Kind]], None], seconds: float = FLUSH_SECONDS
    ) -> None:
        self._write = write
        self._seconds = seconds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[Kind] = Counter()
        self._timer: threading.Timer | None = None

    def add(self, kind: Kind, count: int = 1) -> None:
        """Count; done in memory."""
        with self._lock:
            if kind in self._counts or len(self._counts) < MOST_KINDS:
                self._counts[kind] += count
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what was counted; never raises."""
        with self._writing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                counts, self._counts, self._timer = self._counts, Counter(), None
            if counts:
                self._written(counts)

    def _written(self, counts: Counter[Kind]) -> None:
        try:
            self._write(counts)
        except Exception as error:
            # Its type alone: its words may hold what a shopper asked for.
            logger.warning("counts wait: %s", type(error).__name__)
            with self._lock:
                for kind, count in counts.items():
                    if kind in self._counts or len(self._counts) < MOST_KINDS:
                        self._counts[kind] += count
