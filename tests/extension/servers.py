"""Two small loopback servers: one gives risk cards, one gives shop pages by host."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from interventions.rules import read_rules
from sample.sites.serve import answering


@dataclass
class CardServer:
    """Answers as the API does, and remembers every request it saw."""

    cards: list[dict] = field(default_factory=list)
    prefix_length: object = 4
    rules: object = field(default_factory=read_rules().nudges.model_dump)
    seen: list[str] = field(default_factory=list)
    sent: list[tuple[str, dict]] = field(default_factory=list)  # what bodies said
    answers: dict[str, dict] = field(default_factory=dict)  # method and path → answer
    bodies: dict[str, str] = field(default_factory=dict)  # path prefix → raw answer
    delay_seconds: float = 0
    url: str = ""

    def answer(self, path: str) -> str:
        for start, body in self.bodies.items():
            if path.startswith(start):
                return body
        if path == "/v1/config":
            config = {"prefix_length": self.prefix_length, "nudges": self.rules}
            return json.dumps(config)
        prefix = path.removeprefix("/v1/cards/")
        cards = [card for card in self.cards if card["key"].startswith(prefix)]
        return json.dumps({"cards": cards})


@dataclass
class ShopServer:
    """Pages by host and path; what is not there is a plain 404."""

    pages: dict[tuple[str, str], bytes] = field(default_factory=dict)
    port: int = 0

    def put(self, host: str, path: str, html: str | bytes) -> str:
        self.pages[host, path] = html.encode() if isinstance(html, str) else html
        return f"http://{host}{path}"


@contextmanager
def serving(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with answering(server):
        yield server.server_address[1]


def card_handler(cards: CardServer, wake: threading.Event):
    class Handler(_Quiet):
        def do_GET(self):
            headers = "".join(f"\n{k}: {v}" for k, v in self.headers.items())
            cards.seen.append(self.path + headers)
            if cards.delay_seconds:
                wake.wait(cards.delay_seconds)
            self.give(200, "application/json", cards.answer(self.path).encode())

        def do_POST(self):
            self.take()

        def do_DELETE(self):
            self.take()

        def take(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            call = f"{self.command} {self.path}"
            cards.sent.append((call, body))
            answer = cards.answers.get(call)
            status = 404 if answer is None else 200
            self.give(status, "application/json", json.dumps(answer).encode())

    return Handler


def shop_handler(shop: ShopServer):
    class Handler(_Quiet):
        def do_GET(self):
            host = self.headers.get("Host", "").partition(":")[0]
            body = shop.pages.get((host, self.path.partition("?")[0]))
            status = 200 if body is not None else 404
            self.give(status, "text/html; charset=utf-8", body or b"")

    return Handler


class _Quiet(BaseHTTPRequestHandler):
    def give(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the browser did not wait

    def log_message(self, *args):
        pass
