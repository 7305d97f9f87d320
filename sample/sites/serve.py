"""Serving the market's sites over HTTP, on loopback and nowhere else."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import HTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import make_server

HOST = "127.0.0.1"
# How soon a server ends that is to end.
POLL_SECONDS = 0.05


@contextmanager
def answering(server: HTTPServer) -> Iterator[str]:
    """Let an HTTP server answer in a thread of its own until the block ends; yield its
    address, without a slash at the end.
    """
    thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class ServedMarket:
    """Serves WSGI apps, each on a free port of its own, until the block ends.

    Parameters
    ----------
    apps : dict of str to WSGI app
        Such as ``{"tiktok": tiktok_site(market)}``.

    Attributes
    ----------
    urls : dict of str to str
        Where each app answers, without a slash at the end.
    """

    def __init__(self, apps: dict[str, Callable[..., Any]]) -> None:
        self._apps = apps
        self._until_closed = ExitStack()
        self.urls: dict[str, str] = {}

    def __enter__(self) -> Self:
        # One line a request would drown what the caller prints.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        for name, app in self._apps.items():
            server = make_server(HOST, 0, app, threaded=True)
            self.urls[name] = self._until_closed.enter_context(answering(server))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._until_closed.close()
