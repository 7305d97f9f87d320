"""A mail server and a gateway for texts, on loopback, that note what arrives."""

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from sample.sites.serve import answering

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@dataclass(frozen=True)
class Arrived:
    """A message that reached a person."""

    intervention_id: str
    channel: str
    to: str
    sent_at: datetime


@dataclass
class Receivers:
    """Notes what arrives, and calls `on_arrival` before it answers."""

    arrived: list[Arrived] = field(default_factory=list)
    on_arrival: object = lambda: None
    smtp_url: str = ""
    sms_url: str = ""

    def take(self, *what) -> None:
        self.arrived.append(Arrived(*what))
        self.on_arrival()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        name = str(mail["Message-ID"]).strip("<>").split("@")[0]
        sent_at = parsedate_to_datetime(str(mail["Date"]))
        self.take(name, "email", envelope.rcpt_tos[0], sent_at)
        return "250 OK"


class _AnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def receivers():
    """Yield `Receivers` that listen."""
    found = Receivers()

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent_at = datetime.fromtimestamp(
                int(self.headers["webhook-timestamp"]), UTC
            )
            name = self.headers["webhook-id"].removeprefix("sms_")
            found.take(name, "sms", body["to"], sent_at)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    mail = _AnyPort(found, hostname="127.0.0.1", port=0)
    mail.start()
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Gateway)) as url:
        found.smtp_url = f"smtp://127.0.0.1:{mail.port}"
        found.sms_url = f"{url}/"
        yield found
    mail.stop()
