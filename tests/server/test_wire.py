"""Requests that a careful client never sends, byte by byte to the server as it runs."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from tests.running import running, until

pytestmark = [pytest.mark.slow, pytest.mark.any_database]
BODY = b'{"title": "x y"}'
SMUGGLED = b"GET /v1/admin/watches HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def port(settings, tmp_path):
    log = tmp_path / "server.log"
    chosen = settings.model_copy(update={"cors_origins": (), "api_workers": 1})
    with running(chosen, log, "serve", "--port", "0"):
        listening = re.compile(rb"listening on http://127.0.0.1:(\d+)")
        port = int(until(lambda: listening.search(log.read_bytes()))[1])
        until(lambda: _statuses(port, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"))
        yield port


def _statuses(port: int, request: bytes) -> list[int]:
    """Return the status of every answer to what is sent on one connection."""
    found = b""
    # An open connection is listened to for a while: a second answer would come at once.
    with (
        suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=2) as connection,
    ):
        connection.sendall(request)
        while part := connection.recv(65_536):
            found += part
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", found)]


def post(*headers: bytes, body: bytes = BODY) -> bytes:
    lines = [b"POST /v1/risk HTTP/1.1", b"Host: a", *headers]
    return b"\r\n".join([*lines, b"", body])


def test_what_can_be_read_in_two_ways_is_not_answered_twice(port):
    kind = b"Content-Type: application/json"
    length = b"Content-Length: %d" % len(BODY)
    good = _statuses(port, post(kind, length, b"Connection: close"))
    assert good == [503]  # no model; it was read
    ambiguous = {
        "two lengths": post(kind, length, b"Content-Length: 0", body=BODY + SMUGGLED),
        "a length and chunks": post(
            kind, length, b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED
        ),
        "a length that is none": post(kind, b"Content-Length: +7"),
        "a negative length": post(kind, b"Content-Length: -1"),
        "odd chunks": post(kind, b"Transfer-Encoding: xchunked", body=SMUGGLED),
        "a folded header": post(kind, b"X: a\r\n b", length),
        "a space before the colon": post(kind, b"Content-Length : 5"),
        "a NUL in a header": post(kind, b"X: a\0b", length),
        "no host": b"GET /health HTTP/1.1\r\n\r\n",
        "two hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "a host with a path": b"GET /health HTTP/1.1\r\nHost: a/b?c\r\n\r\n",
    }
    with ThreadPoolExecutor() as pool:
        statuses = pool.map(partial(_statuses, port), ambiguous.values())
        found = dict(zip(ambiguous, statuses, strict=True))
    for name, statuses in found.items():
        assert len(statuses) <= 1, (name, statuses)
        assert not [status for status in statuses if status >= 500 and status != 503]
    for name in ("two lengths", "a length that is none", "a negative length"):
        assert found[name] in ([], [400]), name
    assert _statuses(port, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n") == [200]
