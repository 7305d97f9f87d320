"""The server's process: granian with a few workers, until it is told to stop."""

import os
import socket
import tempfile
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from server.limits import make_salt
from store.settings import Settings

# Threads of one worker: enough to wait for the database beside a running answer, and
# fewer than the connections its pool may open.
BLOCKING_THREADS = 4
STOP_SECONDS = 10


def serve(settings: Settings, port: int) -> None:
    """Serve the API until SIGINT or SIGTERM; open answers are finished first.

    Parameters
    ----------
    port : int
        0 for any free one; the line that is printed says which.
    """
    port = port or free_port(settings.api_host)
    with tempfile.TemporaryDirectory(prefix="trendguard-metrics-") as folder:
        # Workers inherit it: that is how /metrics sums over all of them.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        make_salt()
        server = granian("server.wsgi:app", settings, port)
        server.on_startup(lambda: _say(settings.api_host, port))
        server.serve()


def granian(target: str, settings: Settings, port: int) -> Any:
    """Return a server of a WSGI app, as ``module:name``, that was not started yet."""
    return Server(
        target,
        address=settings.api_host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.api_workers,
        blocking_threads=BLOCKING_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
        log_access=False,  # a path would tell which cards were asked for
        process_name="trendguard",
    )


def free_port(host: str) -> int:
    """Return a port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _say(host: str, port: int) -> None:
    print(f"listening on http://{host}:{port} (docs at /docs)", flush=True)  # noqa: T201
