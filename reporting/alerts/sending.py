"""Alerts sent: by e-mail and webhook, each once."""

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy import select

from interventions.channels.contacts import EMAIL
from interventions.channels.mail_server import MailServer
from interventions.channels.outbox import Outbox
from interventions.channels.posts import Post, Poster
from interventions.channels.verdicts import verdict
from reporting.alerts.raising import alert_channels, said
from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.errors import (
    AwayError,
    DeliveryError,
    SettingsError,
)
from store.settings import Settings
from store.tables import Alert, AlertDelivery

logger = logging.getLogger("trendguard.alerts")

OUTBOX = Outbox(AlertDelivery, "alert_key")
_key = sql_table(AlertDelivery).c.alert_key


class Sender(Protocol):
    """A way to send alerts."""

    def send(self, alert: Alert) -> None:
        """Send one, or raise a `DeliveryError`."""

    def close(self) -> None:
        """Give connections back."""


class Mail:
    """One e-mail to all that are to know."""

    def __init__(self, settings: Settings) -> None:
        self._server = MailServer(settings)
        self._to = [_address(to) for to in settings.alert_emails]
        self._more = settings.public_url

    def send(self, alert: Alert) -> None:
        """Send an alert; who gets it sees who else does."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self._server.sender
        message["To"] = self._to
        message["Subject"] = said(alert).split(",", 1)[0]
        message["Date"] = format_datetime(alert.raised_at)
        message["Message-ID"] = f"<{message_id(alert)}@{self._server.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        lines = [said(alert) + "."]
        if self._more:
            lines.append(f"More: {self._more.rstrip('/')}/dashboard/alerts")
        message.set_content("\n\n".join(lines) + "\n")
        self._server.send(message)

    def close(self) -> None:
        """Take leave of the server."""
        self._server.close()


class Hook:
    """A signed webhook."""

    def __init__(self, settings: Settings) -> None:
        self._poster = Poster(settings.alert_webhook_url, settings)

    def send(self, alert: Alert) -> None:
        """Post an alert; what was not answered may be posted again under its id."""
        told = {
            "type": f"alert.{alert.rule}",
            "timestamp": alert.raised_at.isoformat(),
            "data": {"alert_key": alert.alert_key, "scope": alert.scope}
            | {"key": alert.key, "text": said(alert)}
            | alert.facts,
        }
        body = json.dumps(told, ensure_ascii=False)
        self._poster.post_known(Post(message_id(alert), body))

    def close(self) -> None:
        """Close all connections."""
        self._poster.close()


def _address(text: str) -> Address:
    if not EMAIL.fullmatch(text):
        raise SettingsError(f"TRENDGUARD_ALERT_EMAILS: {text!r} is no e-mail address")
    return Address(addr_spec=text)


def message_id(alert: Alert) -> str:
    """Return an alert's name on the wire, the same at every try."""
    return "alert_" + sha256(alert.alert_key.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class _Run:
    database: Database
    settings: Settings
    clock: Callable[[], datetime]
    counts: Counter[str] = field(default_factory=Counter)


def send_alerts(
    database: Database, settings: Settings, now: datetime | None = None
) -> dict[str, int]:
    """Send every alert that is due; return how many became what.

    Raises
    ------
    SettingsError
        If a channel is set up in part; then nothing was sent.
    """
    run = _Run(database, settings, lambda: now or utc_now())
    makers: dict[str, Callable[[Settings], Sender]] = {"email": Mail, "webhook": Hook}
    senders = {name: makers[name](settings) for name in alert_channels(settings)}
    with database.writing() as session:
        run.counts["uncertain"] += OUTBOX.take_back(session, run.clock(), settings)
    try:
        for channel, sender in senders.items():
            _send_channel(run, channel, sender)
    finally:
        for sender in senders.values():
            sender.close()
    return {state: count for state, count in run.counts.items() if count}


def _send_channel(run: _Run, channel: str, sender: Sender) -> None:
    with run.database.reading() as session:
        due = select(_key).where(OUTBOX.is_due(channel, run.clock())).order_by(_key)
        keys = session.execute(due).scalars().all()
    for key in keys:
        error = _send_one(run, channel, sender, key)
        if isinstance(error, AwayError):
            logger.warning("alerts by %s wait: %s", channel, error)
            return


def _send_one(
    run: _Run, channel: str, sender: Sender, key: str
) -> DeliveryError | None:
    """Send an alert if it is ours to send; return why it did not leave."""
    with run.database.writing() as session:
        taken = OUTBOX.take(session, key, channel, run.clock())
        if taken is None:
            return None
        alert = session.get_one(Alert, key)
        session.expunge(alert)
    error = _try(sender, alert)
    most = run.settings.send_attempts
    told = verdict(error, taken.attempts, most, run.clock())
    with run.database.writing() as session:
        OUTBOX.settle(session, taken, **told)
    run.counts[told["state"]] += 1
    return error


def _try(sender: Sender, alert: Alert) -> DeliveryError | None:
    try:
        sender.send(alert)
    except DeliveryError as error:
        return error
    return None
