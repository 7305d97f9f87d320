"""A server of risk cards on loopback, which notes when it answered."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sample.sites.serve import answering

LOCAL = "127.0.0.1"


@dataclass
class CardServer:
    """What it gives, and when it last gave something."""

    cards: list[dict[str, Any]] = field(default_factory=list)
    answered_at_ms: float = 0
    port: int = 0

    def answer(self, path: str) -> bytes:
        """Return the body of what lies at a path, JSON."""
        if path == "/v1/config":
            return b'{"prefix_length": 4}'
        prefix = path.removeprefix("/v1/cards/")
        found = [card for card in self.cards if card["key"].startswith(prefix)]
        return json.dumps({"cards": found}).encode()


@contextmanager
def serving() -> Iterator[CardServer]:
    """Serve on a free port of loopback."""
    state = CardServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.answer(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            state.answered_at_ms = time.time() * 1000

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOCAL, 0), Handler)
    state.port = server.server_address[1]
    with answering(server):
        yield state
