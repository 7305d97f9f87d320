"""Messages of any table: taken once, settled by who has them, taken back in time."""

from datetime import UTC, datetime, timedelta

import pytest

from interventions.channels.outbox import Outbox
from store.tables import Alert, AlertDelivery

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OUTBOX = Outbox(AlertDelivery, "alert_key")


@pytest.fixture
def waiting(database):
    """A database in which an alert waits for every channel."""
    told = {"rule": "r", "scope": "product", "key": "p", "raised_at": NOW, "facts": {}}
    with database.writing() as session:
        session.add(Alert(alert_key="a", **told))
        session.flush()
        for channel in ("email", "webhook"):
            row = AlertDelivery(alert_key="a", channel=channel, state="pending")
            session.add(row)
    return database


def taken(database, channel="email", at=NOW):
    with database.writing() as session:
        return OUTBOX.take(session, "a", channel, at)


def row(database, channel="email"):
    with database.reading() as session:
        return session.get_one(AlertDelivery, ("a", channel))


def test_a_message_is_taken_once_and_only_its_own_channel(waiting):
    mine = taken(waiting)
    assert (mine.key, mine.channel, mine.attempts) == ("a", "email", 1)
    assert taken(waiting) is None
    assert row(waiting, "webhook").state == "pending"


def test_what_waits_for_a_later_time_is_not_taken(waiting):
    mine = taken(waiting)
    with waiting.writing() as session:
        later = NOW + timedelta(minutes=4)
        OUTBOX.settle(session, mine, "pending", error="busy", not_before=later)
    assert taken(waiting, at=NOW + timedelta(minutes=3)) is None
    assert taken(waiting, at=NOW + timedelta(minutes=4)).attempts == 2


def test_who_was_taken_for_ended_settles_only_what_nobody_else_has(waiting):
    slow = taken(waiting, "webhook")
    later = NOW + timedelta(hours=1)
    with waiting.writing() as session:
        assert OUTBOX.take_back(session, later, waiting.settings) == 0
    theirs = taken(waiting, "webhook", later)
    with waiting.writing() as session:
        OUTBOX.settle(session, slow, "dead", error="refused")
    assert row(waiting, "webhook").state == "sending"
    with waiting.writing() as session:
        OUTBOX.settle(session, theirs, "sent", sent_at=later)
    assert (row(waiting, "webhook").state, row(waiting, "webhook").attempts) == (
        "sent",
        2,
    )


@pytest.mark.parametrize(
    ("timeout_seconds", "minutes", "doubtful"), [(10, 14, 0), (10, 16, 1), (60, 16, 0)]
)
def test_a_claim_is_taken_back_after_the_longest_send(
    waiting, timeout_seconds, minutes, doubtful
):
    taken(waiting)
    changed = {"send_timeout_seconds": timeout_seconds}
    settings = waiting.settings.model_copy(update=changed)
    with waiting.writing() as session:
        at = NOW + timedelta(minutes=minutes)
        assert OUTBOX.take_back(session, at, settings) == doubtful
    assert row(waiting).state == ("uncertain" if doubtful else "sending")
