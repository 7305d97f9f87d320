"""Alerts sent: by e-mail and webhook, each once."""

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import Session

from interventions.channels.contacts import EMAIL
from interventions.channels.mail_server import MailServer
from interventions.channels.posts import Post, Poster
from interventions.channels.verdicts import verdict
from reporting.alerts.raising import alert_channels, said
from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.errors import (
    AwayError,
    DelayedError,
    DeliveryError,
    SettingsError,
    UncertainError,
)
from store.settings import Settings
from store.tables import Alert, AlertDelivery

logger = logging.getLogger("trendguard.alerts")

_table = sql_table(AlertDelivery)
_row = _table.c
# What a process that ended had claimed is in doubt after so long.
PATIENCE = timedelta(minutes=15)


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
        self._poster.post(Post(message_id(alert), json.dumps(told, ensure_ascii=False)))

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
        run.counts["uncertain"] += _take_back(session, run.clock())
    try:
        for channel, sender in senders.items():
            _send_channel(run, channel, sender)
    finally:
        for sender in senders.values():
            sender.close()
    return {state: count for state, count in run.counts.items() if count}


def _send_channel(run: _Run, channel: str, sender: Sender) -> None:
    with run.database.reading() as session:
        due = select(_row.alert_key).where(
            _row.channel == channel, _is_due(run.clock())
        )
        keys = session.execute(due.order_by(_row.alert_key)).scalars().all()
    for key in keys:
        mine = _claim(run.database, key, channel, run.clock())
        if mine is None:
            continue
        alert, attempts = mine
        error = _try(sender, alert, channel)
        values = verdict(error, attempts, run.settings.send_attempts, run.clock())
        with run.database.writing() as session:
            same = and_(_row.alert_key == key, _row.channel == channel)
            session.execute(update(_table).where(same).values(values))
        run.counts[values["state"]] += 1
        if isinstance(error, AwayError):
            logger.warning("alerts by %s wait: %s", channel, error)
            return


def _claim(
    database: Database, key: str, channel: str, now: datetime
) -> tuple[Alert, int] | None:
    mine = and_(_row.alert_key == key, _row.channel == channel)
    claimed = {"state": "sending", "claimed_at": now, "attempts": _row.attempts + 1}
    with database.writing() as session:
        taking = update(_table).where(mine, _is_due(now)).values(claimed)
        if not session.execute(taking).rowcount:  # type: ignore[attr-defined]
            return None
        alert = session.get(Alert, key)
        assert alert is not None
        attempts = session.execute(select(_row.attempts).where(mine)).scalar_one()
        session.expunge(alert)
    return alert, attempts


def _try(sender: Sender, alert: Alert, channel: str) -> DeliveryError | None:
    try:
        sender.send(alert)
    except UncertainError as error:
        # A webhook's receiver knows an alert by its id.
        return DelayedError(str(error)) if channel == "webhook" else error
    except DeliveryError as error:
        return error
    return None


def _take_back(session: Session, now: datetime) -> int:
    left = and_(_row.state == "sending", _row.claimed_at < now - PATIENCE)
    why = "its process ended while it was sent"
    again = update(_table).where(left, _row.channel == "webhook")
    session.execute(again.values(state="pending", error=why))
    doubtful = update(_table).where(left).values(state="uncertain", error=why)
    return int(session.execute(doubtful).rowcount)  # type: ignore[attr-defined]


def _is_due(now: datetime) -> ColumnElement[bool]:
    may = or_(_row.not_before.is_(None), _row.not_before <= now)
    return and_(_row.state == "pending", may)
