"""The commands about messages, and processes that are killed while they send."""

import json
import random
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from interventions.channels import deliver
from sample.processes import environment
from store.errors import ConflictError, MissingError, TrendGuardError
from store.settings import get_settings
from store.tables import AuditEvent
from tests.interventions.channels.conftest import NOW, Shop, http_receiver, smtp_server
from tests.running import Forked


@pytest.fixture
def shop(database, tmp_path):
    shop = Shop(database, tmp_path)
    rules = tmp_path / "rules.toml"
    # Commands go by the real clock.
    rules.write_text("[channels.email]\nquiet_from = 00:00:00\nquiet_to = 00:00:00\n")
    shop.set(rules_file=rules)
    return shop


@pytest.fixture
def deliveries(shop, monkeypatch):
    """Run `trendguard deliveries …` in this process."""

    def deliveries(*words):
        for name, value in environment(shop.settings).items():
            if name.startswith("TRENDGUARD_"):
                monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        done = CliRunner().invoke(cli.app, ["deliveries", *words, "--json"])
        if isinstance(done.exception, TrendGuardError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return deliveries


# Commands leave their connections to the end of the process.
in_process = pytest.mark.any_database


@in_process
def test_the_dead_are_listed_and_come_back(shop, deliveries):
    shop.decide(1, 2)
    with smtp_server() as (server, address):
        shop.set(smtp_url=f"smtp://{address}")
        server.answers = {"RCPT": ["550 no"]}
        assert deliveries("send") == {"dead": 1, "sent": 1}
        (row,) = deliveries("list", "--state", "dead")["deliveries"]
        assert (row["intervention_id"], row["order_id"]) == ("i0001", "o1")
        assert "550" in row["error"]
        assert len(deliveries("list")["deliveries"]) == 2
        done = deliveries("retry", "i0001")
        assert done == {"intervention_id": "i0001", "pending": ["email"]}
        assert deliveries("list", "--state", "dead") == {"deliveries": []}
        assert deliveries("send") == {"sent": 1}
    with shop.database.reading() as session:
        (event,) = session.exec(select(AuditEvent)).all()
    assert (event.actor, event.action) == ("cli", "delivery.retry")
    assert event.details == {"email": "dead"}


@in_process
def test_only_the_dead_and_uncertain_come_back(shop, deliveries):
    for number, state in enumerate(("dropped", "sent", "sending", "pending")):
        shop.decide(number, state=state)
        with pytest.raises(ConflictError, match=state):
            deliveries("retry", f"i{number:04}")
    with pytest.raises(MissingError, match="i0009"):
        deliveries("retry", "i0009")
    with pytest.raises(MissingError, match="sms"):
        deliveries("retry", "i0001", "--channel", "sms")
    with pytest.raises(TrendGuardError, match="one of pending"):
        deliveries("list", "--state", "lost")
    shop.decide(5, state="uncertain")
    assert deliveries("retry", "i0005")["pending"] == ["email"]


def start(shop):
    log = shop.contacts_file.with_name("sending.log")
    return Forked(shop.settings, log, "deliveries", "send", "--json")


def killed_while_sending(shop, arrived, moments):
    """Let two processes send, kill one at each moment, until nobody has work left."""
    for moment in moments:
        before = arrived()
        processes = [start(shop), start(shop)]
        while arrived() == before and any(p.poll() is None for p in processes):
            time.sleep(0.005)
        time.sleep(moment)
        for process in processes:
            process.send_signal(signal.SIGKILL)
        for process in processes:
            process.wait()
    deliver(shop.database, shop.settings)


@pytest.mark.slow
def test_no_message_is_sent_twice_or_lost_by_kills(shop):
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    moments = [dice.uniform(0, 0.1) for _ in range(2)]
    numbers = range(80)
    shop.decide(*numbers)
    shop.set(send_timeout_seconds=5)
    with smtp_server() as (server, address):
        server.delay_seconds = 0.004
        shop.set(smtp_url=f"smtp://{address}")
        killed_while_sending(shop, lambda: len(server.taken), moments)
        later = NOW.replace(year=NOW.year + 1)
        doubtful = deliver(shop.database, shop.settings, later).get("uncertain", 0)
        arrived = Counter(server.ids)
    states = {row.intervention_id: row.state for row in shop.rows()}
    assert max(arrived.values()) == 1, seed
    assert set(states.values()) <= {"sent", "uncertain"}
    assert doubtful <= 2 * len(moments)
    sent = {each for each, state in states.items() if state == "sent"}
    assert sent <= set(arrived)
    assert set(arrived) - sent <= set(states) - sent
    assert len(arrived) >= len(numbers) - doubtful, seed


@pytest.mark.slow
def test_webhooks_of_a_killed_process_go_again_under_their_id(shop):
    shop.set(send_timeout_seconds=5)
    shop.decide(1, channel="webhook", consent=False)
    with http_receiver() as receiver:
        shop.set(webhook_url=receiver.url)
        receiver.answers = ["hang"]
        process = start(shop)
        while not receiver.posts:
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert shop.states() == ["sending"]
        (row,) = shop.rows()
        soon = row.claimed_at + timedelta(minutes=1)
        assert deliver(shop.database, shop.settings, soon) == {}
        later = row.claimed_at + timedelta(minutes=16)
        assert deliver(shop.database, shop.settings, later) == {"sent": 1}
        first, second = receiver.posts
        assert first[1] == second[1] == "webhook_i0001"
