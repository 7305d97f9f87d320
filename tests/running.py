"""The real processes, for tests: started with settings of their own, always ended."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sample import processes
from sample.processes import children_of, end_with_parent, environment, until
from sample.sites.serve import answering
from store.settings import Settings
from tests.children import FORKED

__all__ = [
    "Forked",
    "children_of",
    "counting_shop",
    "end",
    "forked",
    "lives",
    "running",
    "until",
]


class Forked:
    """A `trendguard` process, to be handled as one of `subprocess`.

    It is forked from a process that has imported all it needs.
    """

    def __init__(self, settings: Settings, log: Path, *words: str) -> None:
        given = (environment(settings), log, words)
        self._process = FORKED.Process(target=_be_command, args=given)
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired("trendguard", timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def _be_command(variables: dict[str, str], log: Path, words: tuple[str, ...]) -> None:
    from cli import main

    os.setsid()
    end_with_parent()
    # The one it is forked by is not what its own children begin by.
    multiprocessing.set_start_method(None, force=True)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["trendguard", *words]
    with Path(os.devnull).open("rb") as nothing, log.open("wb") as file:
        for number, target in enumerate((nothing, file, file)):
            os.dup2(target.fileno(), number)
    main()


@contextmanager
def running(settings: Settings, log: Path, *words: str):
    """Yield a `trendguard` process that must end when it is asked to."""
    with processes.running(settings, *words, log=log) as process:
        yield process
        end(process)


@contextmanager
def forked(settings: Settings, log: Path, *words: str):
    """Yield one that is forked, not begun anew. Not `serve`: its own forks hang."""
    process = Forked(settings, log, *words)
    try:
        yield process
        end(process)
    finally:
        if process.poll() is None:
            process.kill()


def end(process: subprocess.Popen | Forked, number: int = signal.SIGTERM) -> int:
    """Ask a process to stop and return its exit code; it has a minute."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def lives(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


class CountingShop(ThreadingHTTPServer):
    """A search page on loopback that counts what it is asked for.

    Parameters
    ----------
    answers : threading.Event
        Searches wait for it.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.queries: Counter[str] = Counter()
        self.answers = threading.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/robots.txt":
            self._answer("text/plain", b"User-agent: *\nAllow: /\n")
            return
        self.server.queries[parse_qs(address.query).get("_nkw", ["?"])[0]] += 1
        self.server.answers.wait(60)
        self._answer("text/html; charset=utf-8", b"<html><title>A shop</title></html>")

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def counting_shop():
    """Yield a running `CountingShop`."""
    shop = CountingShop()
    with answering(shop):
        yield shop
        shop.answers.set()
