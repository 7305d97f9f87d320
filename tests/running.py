"""The real processes, for tests: started with settings of their own, always ended."""

import signal
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sample import processes
from sample.processes import children_of, until
from store.settings import Settings

__all__ = ["children_of", "counting_shop", "end", "lives", "running", "until"]


@contextmanager
def running(settings: Settings, log: Path, *words: str):
    """Yield a `trendguard` process that must end when it is asked to."""
    with processes.running(settings, *words, log=log) as process:
        yield process
        end(process)


def end(process: subprocess.Popen, number: int = signal.SIGTERM) -> int:
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
    with CountingShop() as shop:
        thread = threading.Thread(target=shop.serve_forever, daemon=True)
        thread.start()
        yield shop
        shop.answers.set()
        shop.shutdown()
        thread.join()
