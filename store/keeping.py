"""What a process keeps in memory between requests: bounded, and safe among threads."""

import threading
from collections.abc import MutableMapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Keeper(Generic[K, V]):
    """A cache that several threads share.

    Parameters
    ----------
    cache : mutable mapping
        One of `cachetools`: it says what is dropped when it is full.

    Examples
    --------
    >>> from cachetools import LRUCache
    >>> kept = Keeper(LRUCache(1))
    >>> kept.put("a", 1), kept.put("b", 2), kept.get("a"), kept.get("b")
    (None, None, None, 2)
    """

    def __init__(self, cache: MutableMapping[K, V]) -> None:
        self._cache = cache
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """Return what is kept, or None."""
        with self._lock:
            return self._cache.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        with self._lock:
            self._cache[key] = value
