"""What answers look-ups before the app: as it would, and many times as fast.

A bucket is the same for everyone; of an answer only its headers depend on who asks, and
by a few words alone. The app says them once for each such way to ask, and from then on
they are sent with whichever bucket is asked for. What is sent from here is counted and
limited as there, and whatever is out of the ordinary is left to the app.
"""

import re
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from cachetools import LRUCache
from flask import Flask

from server.buckets import BucketView
from server.limits import Limits
from server.metrics import count
from server.state import state
from store.buckets import PREFIX_MAX, PREFIX_MIN
from store.errors import TrendGuardError
from store.keeping import Keeper
from store.look_up import Sent

PATHS = "/v1/cards/"
PATH = re.compile(rf"{PATHS}[0-9a-f]{{{PREFIX_MIN},{PREFIX_MAX}}}")
ROUTE = "/v1/cards/<prefix>"
LIMIT = "limit_lookups"
# The view says here, in the request's environ, that it sends a bucket compressed.
IS_BUCKET = "trendguard.is_bucket"
# All that the headers of such an answer depend on.
ASKED = ("wsgi.url_scheme", "HTTP_ACCEPT_ENCODING", "HTTP_ORIGIN", "HTTP_HOST")
# Those that depend on the bucket instead.
OF_BUCKET = frozenset({"etag", "content-length"})
KEPT_WAYS = 1_000
OK = f"{HTTPStatus.OK.value} {HTTPStatus.OK.phrase}"
Environ = dict[str, Any]
Headers = tuple[tuple[str, str], ...]


class Front:
    """A WSGI app before another one.

    Parameters
    ----------
    app : callable
        Answers what is not answered here.
    buckets : BucketView
        Those that the app sends, too.
    limits : Limits
        Holds off who asks too often.
    """

    def __init__(self, app: Any, buckets: BucketView, limits: Limits) -> None:
        self._app = app
        self._buckets = buckets
        self._limits = limits
        self._headers: Keeper[tuple[Any, ...], Headers] = Keeper(LRUCache(KEPT_WAYS))

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        if not _is_plain(environ):
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        way = tuple(map(environ.get, ASKED))
        headers = self._headers.get(way)
        if headers is None:
            return self._ask(way, environ, start_response)
        sent = self._bucket(environ)
        if sent is None:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        length = ("Content-Length", str(len(sent.text)))
        start_response(OK, [*headers, ("ETag", etag_of(sent)), length])
        count(ROUTE, "GET", HTTPStatus.OK, time.perf_counter() - started)
        return [sent.text]

    def _bucket(self, environ: Environ) -> Sent | None:
        try:
            prefix = environ["PATH_INFO"].removeprefix(PATHS)
            sent = self._buckets.sent(prefix, compressed=True)
        except TrendGuardError:
            return None
        address = environ.get("REMOTE_ADDR", "")
        return sent if sent and self._limits.allow(address, LIMIT) else None

    def _ask(
        self, way: tuple[Any, ...], environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if environ.get(IS_BUCKET) and status == OK:
                found = (h for h in headers if h[0].lower() not in OF_BUCKET)
                self._headers.put(way, tuple(found))
            return start_response(status, headers, *more)

        return self._app(environ, start)  # type: ignore[no-any-return]


def etag_of(sent: Sent) -> str:
    """Return an answer's ETag; weak: it names the cards, whichever way they are sent.

    >>> etag_of(Sent("abc", b""))
    'W/"abc"'
    """
    return f'W/"{sent.etag}"'


def register_front(app: Flask, limits: Limits) -> None:
    """Stand before an app."""
    front = Front(app.wsgi_app, state(app).buckets, limits)
    app.wsgi_app = front  # type: ignore[method-assign]


def _is_plain(environ: Environ) -> bool:
    return bool(
        PATH.fullmatch(environ["PATH_INFO"])
        and environ["REQUEST_METHOD"] == "GET"
        and not environ.get("QUERY_STRING")
        and "HTTP_IF_NONE_MATCH" not in environ
    )
