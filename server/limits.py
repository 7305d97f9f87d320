"""How often one network address may ask: Flask-Limiter, in Redis or in memory.

An address is kept as a hash under a salt that is forgotten when the server ends, for as
long as a limit's window lasts. Where Redis is away each worker counts in memory.
"""

import hmac
import ipaddress
import logging
import os
import secrets
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from limits import parse
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from server.problems import problem
from server.window_counts import WindowCounts
from store.settings import Settings

ADMIN = "limit_admin"
# What those who operate the server use.
OPERATED = ("/v1/admin", "/dashboard")
# Every blueprint but those of `FREE` has its class: the setting that limits it.
CLASSES = {
    "config": "limit_lookups",
    "cards": "limit_lookups",
    "trends": "limit_lookups",
    "models": "limit_lookups",
    "risk": "limit_questions",
    "cart": "limit_questions",
    "outcomes": "limit_outcomes",
    "score": "limit_scores",
    "unsubscribe": "limit_unsubscribe",
}
# What operates the server asks these.
FREE = frozenset({"health"})
COUNTED_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SALT = "TRENDGUARD_ADDRESS_SALT"
REDIS_SECONDS = 0.25
KEY_PREFIX = "trendguard"
IN_MEMORY = f"{WindowCounts.STORAGE_SCHEME[0]}://"
# A customer of a network has that much of it, and can ask from all of it.
IPV6_PREFIX = 64


def make_salt() -> None:
    """Make the salt of this server; its workers inherit it, so they count together."""
    os.environ[SALT] = secrets.token_hex(32)


class Limits:
    """The limits of one app, for what answers before it.

    Parameters
    ----------
    limiter : Limiter
        Counts together with this.
    settings : Settings
        Say how often.
    salt : str
        Addresses are hashed under it.
    """

    def __init__(self, limiter: Limiter, settings: Settings, salt: str) -> None:
        self._limiter = limiter
        self._strategy = limiter.limiter
        self._settings = settings
        self._salt = salt

    def allow(self, address: str, kind: str) -> bool:
        """Count a request of a class; False: let the app say what is to be said, be it
        that there were too many, or that Redis is away.
        """
        limit = getattr(self._settings, kind)
        if not limit:
            return True
        if self._limiter.limiter is not self._strategy:
            return False
        person = hashed_address(address, self._salt)
        try:
            return self._strategy.hit(_parsed(limit), KEY_PREFIX, person, kind)
        except RedisError:
            return False


_parsed = cache(parse)


def register_limits(
    app: Flask, settings: Settings, blueprints: Iterable[Blueprint]
) -> Limits:
    """Limit every call of these blueprints but those for the server's operation."""
    salt = os.environ.get(SALT) or secrets.token_hex(32)
    limiter = Limiter(
        lambda: hashed_address(request.remote_addr or "", salt),
        app=app,
        storage_uri=settings.redis_url or IN_MEMORY,
        storage_options=_impatience() if settings.redis_url else {},
        key_prefix=KEY_PREFIX,
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )
    # The library would log who was held off.
    limiter.logger.setLevel(logging.WARNING)
    for blueprint in blueprints:
        kind = limit_class(blueprint)
        if kind and (limit := getattr(settings, kind)):
            limiter.shared_limit(limit, kind, methods=COUNTED_METHODS)(blueprint)
    app.register_error_handler(RateLimitExceeded, lambda _: _too_many(limiter))
    return Limits(limiter, settings, salt)


def limit_class(blueprint: Blueprint) -> str | None:
    """Return the setting that limits a blueprint, None where nothing does."""
    if (blueprint.url_prefix or "").startswith(OPERATED):
        return ADMIN
    return CLASSES.get(blueprint.name)


def hashed_address(address: str, salt: str) -> str:
    """Return HMAC-SHA-256 of an address, of an IPv6 one's network.

    >>> hashed_address("2001:db8::1", "s") == hashed_address("2001:db8::2", "s")
    True
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        network = str(_network(found))
    return hmac.digest(salt.encode(), network.encode(), "sha256").hex()


def _network(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if isinstance(address, ipaddress.IPv4Address):
        return ipaddress.IPv4Network(address)
    # A socket for both kinds shows an old address in the form of a new one.
    if address.ipv4_mapped:
        return ipaddress.IPv4Network(address.ipv4_mapped)
    return ipaddress.IPv6Network((address, IPV6_PREFIX), strict=False)


def _impatience() -> dict[str, Any]:
    # A request waits no longer for Redis than its answer would take without.
    return {
        "socket_connect_timeout": REDIS_SECONDS,
        "socket_timeout": REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def _too_many(limiter: Limiter) -> Response:
    seconds = _seconds_left(limiter)
    answer = problem(
        429,
        "Too many requests",
        f"this address has asked too often; ask again in {seconds} s",
    )
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _seconds_left(limiter: Limiter) -> int:
    limit = limiter.current_limit
    if limit is None:
        return 1
    try:
        return max(1, limit.reset_at - int(time.time()))
    except RedisError:
        return int(limit.limit.get_expiry())
