"""Messages that were decided on, and real servers that take them, or do not."""

import asyncio
import base64
import csv
import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import select
from standardwebhooks import Webhook

from interventions.channels import deliver
from sample.sites.serve import answering
from store.consent import record_consent
from store.privacy import Pseudonymiser
from store.tables import Assignment, Delivery, Intervention, Order, Product

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
TITLE = "Ribbed leggings"


class MailServer:
    """Takes e-mail as RFC 5321 says, unless told otherwise.

    `answers` holds, by command (MAIL, RCPT, DATA), what is done in turn: a line to
    answer, ``hang`` or ``break off``; ``TEXT`` comes after the text was taken.
    """

    def __init__(self):
        self.answers: dict[str, list[str]] = {}
        self.taken = []
        self.commands = []
        self.delay_seconds = 0.0

    async def _told(self, server, command, otherwise):
        self.commands.append(command)
        todo = self.answers.get(command)
        what = todo.pop(0) if todo else otherwise
        if what == "hang":
            await asyncio.sleep(1)
        elif what == "break off":
            server.transport.abort()
        return what

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return await self._told(server, "MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return await self._told(server, "RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answers = self.answers.get("TEXT")
        if not answers or answers[0] in ("hang", "break off"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            self.taken.append((envelope.rcpt_tos, message))
        await asyncio.sleep(self.delay_seconds)
        return await self._told(server, "TEXT", "250 OK")

    @property
    def ids(self) -> list[str]:
        """The interventions that arrived, one a message."""
        return [str(m["Message-ID"]).strip("<>").split("@")[0] for _, m in self.taken]


class _AnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_server(**changed):
    """Yield a `MailServer` and its address."""
    server = MailServer()
    controller = _AnyPort(server, hostname="127.0.0.1", port=0, **changed)
    controller.start()
    try:
        yield server, f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


class Receiver(ThreadingHTTPServer):
    """Takes posts, and answers in turn as told: a status, ``hang`` or ``break off``."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Receiving)
        self.answers: list = []
        self.headers: dict[str, str] = {}
        self.posts = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Receiving(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said = Webhook(SECRET).verify(body, dict(self.headers))
        self.server.posts.append((self.path, self.headers["webhook-id"], said))
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status == "hang":
            time.sleep(1)
        if status in ("hang", "break off"):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def http_receiver():
    """Yield a running `Receiver`."""
    receiver = Receiver()
    with answering(receiver):
        yield receiver


@pytest.fixture
def mail():
    with smtp_server() as (server, address):
        server.url = f"smtp://{address}"
        yield server


@pytest.fixture
def receiver():
    with http_receiver() as receiver:
        yield receiver


class Shop:
    """A database in which messages were decided on, and the contacts beside it."""

    def __init__(self, database, folder):
        self.database = database
        self.contacts_file = folder / "contacts.csv"
        self.contacts: dict[str, list[str]] = {}
        self.settings = database.settings.model_copy(
            update={
                "contacts_file": self.contacts_file,
                "public_url": "https://tg.example",
                "mail_from": "The Shop <care@shop.example>",
                "webhook_secret": SECRET,
                "send_timeout_seconds": 10,
            }
        )
        key_file = self.settings.pseudonym_key_file
        self._pseudonymiser = Pseudonymiser(key_file, may_make=True)
        with database.writing() as session:
            session.add(Product(product_id="p1", title=TITLE))

    def be_impatient(self):
        """Wait for no answer that hangs."""
        self.set(send_timeout_seconds=0.5)

    def set(self, **changed):
        self.settings = self.settings.model_copy(update=changed)

    def pseudonym(self, name: str) -> str:
        return self._pseudonymiser.pseudonym(name)

    def decide(self, *numbers, channel="email", kind="", consent=True, **changed):
        """Decide on a message to person ``c<number>`` for each of the numbers."""
        kinds = {"email": "email_offer", "sms": "sms_reminder"}
        kind = kind or kinds.get(channel, "email_offer")
        arm = changed.pop("arm", "treatment")
        is_assigned = changed.pop("is_assigned", True)
        with self.database.writing() as session:
            for number in numbers:
                person = self.pseudonym(f"c{number}")
                self._write_contact(f"c{number}", number)
                session.add(
                    Order(
                        order_id=f"o{number}",
                        customer_pseudonym=person,
                        product_id="p1",
                        purchased_at=NOW - timedelta(days=2),
                        unit_price_minor=2999,
                        currency="USD",
                    )
                )
                session.flush()
                session.add(
                    Intervention(
                        intervention_id=f"i{number:04}",
                        order_id=f"o{number}",
                        customer_pseudonym=person,
                        kind=kind,
                        risk=0.8,
                        decided_at=NOW,
                        experiment="nightly",
                        arm=arm,
                        offer_minor=1500,
                        currency="USD",
                    )
                )
                session.flush()
                if is_assigned:
                    row = Assignment(
                        experiment="nightly",
                        customer_pseudonym=person,
                        arm=arm,
                        assigned_at=NOW,
                    )
                    session.add(row)
                if consent:
                    record_consent(
                        session,
                        person,
                        channel,
                        is_given=True,
                        source="checkout",
                        decided_at=NOW,
                    )
                row = {"state": "pending", "channel": channel} | changed
                session.add(Delivery(intervention_id=f"i{number:04}", **row))

    def _write_contact(self, customer_id, number):
        email = f"{customer_id}@people.example"
        self.contacts[customer_id] = [email, f"+155501{number:05}", "en", ""]
        self.write_contacts()

    def write_contacts(self):
        with self.contacts_file.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["customer_id", "email", "phone", "language", "time_zone"])
            rows.writerows([name, *rest] for name, rest in self.contacts.items())

    def deliver(self, now=NOW):
        return deliver(self.database, self.settings, now)

    def rows(self) -> list[Delivery]:
        with self.database.reading() as session:
            by_id = select(Delivery).order_by(Delivery.intervention_id)
            return list(session.exec(by_id))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    def everything(self) -> str:
        """All that the delivery rows hold, as text."""
        return json.dumps([row.model_dump(mode="json") for row in self.rows()])


@pytest.fixture
def shop(database, tmp_path):
    return Shop(database, tmp_path)
