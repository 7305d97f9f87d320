"""Counts of requests in memory, for `limits`: one lock, no thread.

The library's own memory storage starts a thread a hundred times a second to drop what
has expired, which cost a request more than its answer.
"""

import threading
import time

from limits.storage import Storage

SWEEP_SECONDS = 10.0


class WindowCounts(Storage):
    """Counts by key, each for as long as its window; what is over is dropped now and
    then, when something is counted.
    """

    STORAGE_SCHEME = ["window-counts"]  # noqa: RUF012 - so the library asks for it
    base_exceptions = ValueError

    def __init__(self, uri: str | None = None, **_: object) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, list[float]] = {}
        self._swept_at = time.time()
        super().__init__(uri)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return how many there are in this window of `expiry` seconds."""
        now = time.time()
        with self._lock:
            if now - self._swept_at > SWEEP_SECONDS:
                self._sweep(now)
            window = self._windows.get(key)
            if window is None or window[1] <= now:
                window = self._windows[key] = [0, now + expiry]
            window[0] += amount
            return int(window[0])

    def get(self, key: str) -> int:
        """Return how many there are in a key's window."""
        return int(self._window(key)[0])

    def get_expiry(self, key: str) -> float:
        """Return when a key's window is over, in seconds since 1970."""
        return self._window(key)[1]

    def check(self) -> bool:
        """Tell that memory is there."""
        return True

    def reset(self) -> int:
        """Forget all counts, and return how many keys had one."""
        with self._lock:
            count = len(self._windows)
            self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget a key's count."""
        with self._lock:
            self._windows.pop(key, None)

    def _window(self, key: str) -> list[float]:
        now = time.time()
        with self._lock:
            window = self._windows.get(key)
            return [0, now] if window is None or window[1] <= now else window

    def _sweep(self, now: float) -> None:
        self._swept_at = now
        over = [key for key, window in self._windows.items() if window[1] <= now]
        for key in over:
            del self._windows[key]
