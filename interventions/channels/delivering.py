"""Sends what is due: claims, asks again whether it may go, sends, writes what became
of it.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from interventions.channels.claims import OUTBOX, Claim, claim, due
from interventions.channels.contacts import Contact, read_contacts
from interventions.channels.mail import MailSender
from interventions.channels.posts import SmsSender, WebhookSender
from interventions.channels.verdicts import verdict
from interventions.quiet_hours import is_quiet
from interventions.rules import Channel, Rules, read_rules
from store.clock import utc_now
from store.database import Database
from store.errors import AwayError, DeliveryError, RefusedError
from store.settings import Settings

logger = logging.getLogger("trendguard.channels")

ADDRESSED: frozenset[Channel] = frozenset({"email", "sms"})
# So many failures one after another are not the messages' fault.
FAILURES_RUNNING = 10


class Sender(Protocol):
    """A way to send messages; closed when a run is over."""

    def prepare(self, claim: Claim, contact: Contact) -> Any:
        """Return a message as it is sent; nothing leaves."""

    def send(self, message: Any) -> None:
        """Hand a prepared message over, or raise a `DeliveryError`."""

    def close(self) -> None:
        """Give connections back."""


@dataclass(frozen=True)
class _Run:
    database: Database
    settings: Settings
    rules: Rules
    clock: Callable[[], datetime]
    counts: Counter[str]


def deliver(
    database: Database, settings: Settings, now: datetime | None = None
) -> dict[str, int]:
    """Send every message that is due by a channel that is set up.

    Two processes never send one message, and what a process that was killed had begun
    is not sent again by itself. Webhooks are: their receiver knows them by their id.

    Parameters
    ----------
    now : datetime, optional
        The time, for what is due and what is written; the clock's by default.

    Returns
    -------
    dict of str to int
        How many became ``sent``, ``dropped``, ``dead``, ``uncertain``, or ``pending``
        again.

    Raises
    ------
    SettingsError
        If a channel is set up in part; then nothing was sent.
    BadFileError
        If the contacts can't be read; then nothing was sent.
    """

    def clock() -> datetime:
        return now or utc_now()

    run = _Run(database, settings, read_rules(settings.rules_file), clock, Counter())
    with database.writing() as session:
        run.counts["uncertain"] += OUTBOX.take_back(session, clock(), settings)
    senders = _senders(settings)
    try:
        _send_all(run, senders)
    finally:
        for sender in senders.values():
            sender.close()
    return {state: count for state, count in run.counts.items() if count}


def _senders(settings: Settings) -> dict[Channel, Sender]:
    kinds: dict[Channel, tuple[str, Callable[[Settings], Sender]]] = {
        "email": (settings.smtp_url, MailSender),
        "sms": (settings.sms_url, SmsSender),
        "webhook": (settings.webhook_url, WebhookSender),
    }
    return {name: make(settings) for name, (url, make) in kinds.items() if url}


def _send_all(run: _Run, senders: dict[Channel, Sender]) -> None:
    with run.database.reading() as session:
        waiting = {name: due(session, name, run.clock()) for name in senders}
    addressed = ADDRESSED & waiting.keys()
    people = {person for name in addressed for _, person in waiting[name]}
    contacts = read_contacts(run.settings, people)
    for name, sender in senders.items():
        _send_channel(run, name, sender, waiting[name], contacts)


def _send_channel(
    run: _Run,
    channel: Channel,
    sender: Sender,
    waiting: list[tuple[str, str]],
    contacts: dict[str, Contact],
) -> None:
    rule, zone = run.rules.channels[channel], run.rules.night.zone
    failures = 0
    for intervention_id, person in waiting:
        now = run.clock()
        if is_quiet(now, rule, zone):
            return
        with run.database.writing() as session:
            mine = claim(
                session,
                intervention_id,
                channel,
                now,
                needs_consent=rule.needs_consent,
            )
        if isinstance(mine, str):
            run.counts["dropped"] += 1
        elif mine is not None:
            error = _send_one(run, sender, mine, contacts.get(person, Contact()))
            failures = failures + 1 if error else 0
            if isinstance(error, AwayError) or failures >= FAILURES_RUNNING:
                logger.warning("%s: the rest waits: %s", channel, error)
                return


def _send_one(
    run: _Run, sender: Sender, mine: Claim, contact: Contact
) -> DeliveryError | None:
    """Send a claimed message and write what became of it; return why it did not leave,
    where that may be the channel's fault.
    """
    try:
        message = sender.prepare(mine, contact)
    except RefusedError as error:
        _write(run, mine, error)
        return None
    except BaseException:
        # A template or a setting is wrong: nothing left, so it waits as before.
        _put_back(run, mine, "it could not be written")
        raise
    try:
        sender.send(message)
    except DeliveryError as error:
        _write(run, mine, error)
        return error
    _write(run, mine, None)
    return None


def _write(run: _Run, mine: Claim, error: DeliveryError | None) -> None:
    most = run.settings.send_attempts
    _settle(run, mine, **verdict(error, mine.attempts, most, run.clock()))


def _put_back(run: _Run, mine: Claim, why: str) -> None:
    """Let a message wait as before; that try does not count."""
    _settle(run, mine, "pending", error=why, attempts=mine.attempts - 1)


def _settle(run: _Run, mine: Claim, state: str, **values: Any) -> None:
    with run.database.writing() as session:
        OUTBOX.settle(session, mine, state, **values)
    run.counts[state] += 1
