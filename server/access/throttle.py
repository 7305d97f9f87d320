"""How often a password may be tried: so often that people never notice.

Tries are counted by name and network address together, so that whoever guesses locks
out only themselves; wider bounds by name and by address alone hold off those who have
many of the other. An address from which a person has logged in is not held to the bound
of the name: nobody can be locked out for good.
"""

import hashlib
import ipaddress
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from flask import Flask, current_app
from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
)
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from store.errors import TooManyError
from store.settings import Settings

logger = logging.getLogger("trendguard.server")

# Five tries, then a pause of a quarter of an hour; after ten two hours; after twenty a
# day. Who knows the password begins anew with each log-in.
BY_BOTH = (
    RateLimitItemPerMinute(5, 15),
    RateLimitItemPerHour(10, 2),
    RateLimitItemPerDay(20),
)
BY_NAME = RateLimitItemPerHour(100)
BY_ADDRESS = RateLimitItemPerHour(50)
# These count what happened, not tries: the first of a kind is told from the next ones.
LOGGED_IN_HERE = RateLimitItemPerDay(1, 30)
TOLD = RateLimitItemPerMinute(1, 15)
REDIS_SECONDS = 1
# A provider gives a household a whole network of them.
IPV6_NETWORK = 64
_NAME = "trendguard_throttle"
T = TypeVar("T")


class Throttle:
    """Counts the tries of one worker, or of all where there is a Redis.

    Parameters
    ----------
    redis_url : str
        Empty: in memory. While Redis is away, each worker counts for itself.
    """

    def __init__(self, redis_url: str) -> None:
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._shared = _in_redis(redis_url) if redis_url else self._memory
        # No other try comes between the look and the count.
        self._lock = threading.Lock()

    def claim(self, name: str, address: str) -> None:
        """Count a try, which may then be made.

        Raises
        ------
        TooManyError
            If it is one too many; then it does not count, and must not be made.
        """
        wait = self._do(lambda limiter: _claim(limiter, name, _network(address)))
        if wait > 0:
            seconds = math.ceil(wait)
            raise TooManyError(
                f"too many tries; try again in {math.ceil(seconds / 60)} min", seconds
            )

    def forgive(self, name: str, address: str) -> None:
        """Forget the tries of somebody who knew the password in the end."""
        self._do(lambda limiter: _forgive(limiter, name, _network(address)))

    def is_news(self, what: str, name: str, address: str) -> bool:
        """Tell whether something is to be told: once in a quarter of an hour it is."""
        both = _digest(name, _network(address))
        return self._do(lambda limiter: limiter.hit(TOLD, what, both))

    def _do(self, step: Callable[[FixedWindowRateLimiter], T]) -> T:
        with self._lock:
            try:
                return step(self._shared)
            except StorageError as error:
                away = type(error.storage_error).__name__
                logger.warning("log-ins are counted in memory: Redis: %s", away)
                return step(self._memory)


def register_throttle(app: Flask, settings: Settings) -> None:
    """Give an app its throttle."""
    app.extensions[_NAME] = Throttle(settings.redis_url)


def throttle() -> Throttle:
    """Return the throttle of the app that answers this request."""
    found: Throttle = current_app.extensions[_NAME]
    return found


def _in_redis(url: str) -> FixedWindowRateLimiter:
    storage = RedisStorage(
        url,
        key_prefix="trendguard",
        wrap_exceptions=True,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
    return FixedWindowRateLimiter(storage)


def _claim(limiter: FixedWindowRateLimiter, name: str, network: str) -> float:
    """Count a try and return 0.0, or the seconds until one is free again."""
    bounds = list(_bounds(limiter, name, network))
    full = [bound for bound in bounds if not limiter.test(*bound)]
    if not full:
        # Another worker may have been faster: then this one is counted for nothing.
        full = [bound for bound in bounds if not limiter.hit(*bound)]
    resets = (limiter.get_window_stats(*bound).reset_time for bound in full)
    return max((reset - time.time() for reset in resets), default=0.0)


def _bounds(
    limiter: FixedWindowRateLimiter, name: str, network: str
) -> Iterator[tuple[RateLimitItem, str, str]]:
    both = _digest(name, network)
    yield from ((item, "both", both) for item in BY_BOTH)
    yield BY_ADDRESS, "address", _digest(network)
    if limiter.test(LOGGED_IN_HERE, "known", both):
        yield BY_NAME, "name", _digest(name)


def _forgive(limiter: FixedWindowRateLimiter, name: str, network: str) -> None:
    both = _digest(name, network)
    for item in BY_BOTH:
        limiter.clear(item, "both", both)
    limiter.hit(LOGGED_IN_HERE, "known", both)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a socket of this machine has none
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(found), IPV6_NETWORK), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def _digest(*words: str) -> str:
    """Return what stands for names and addresses, which are not kept themselves."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]
