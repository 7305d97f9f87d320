"""A year of nights with ten kills: nobody is forgotten, nobody gets two."""

import csv
import os
import random
import secrets
import signal
import sys
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from store.database import Database
from store.privacy import Pseudonymiser
from store.settings import Settings
from store.tables import Delivery, Intervention, Night, OptOut, Prediction, Product
from tests.children import FORKED
from tests.interventions.nightly.receivers import SECRET, receivers
from tests.interventions.nightly.shop import put_consents
from tests.interventions.nightly.year import (
    FIRST,
    RULES,
    Year,
    half_past_midnight,
    live,
)

pytestmark = pytest.mark.slow
KILLS = ["at any time"] * 4 + ["while delivering"] * 3 + ["while writing"] * 3


@pytest.fixture
def inbox():
    with receivers() as found:
        yield found


@pytest.fixture
def days(database) -> int:
    """A year; on PostgreSQL four months."""
    return 120 if database.settings.database_url else 365


@pytest.fixture
def shop(database, inbox, tmp_path):
    """Settings of a shop that is all set up."""
    rules, contacts = tmp_path / "rules.toml", tmp_path / "contacts.csv"
    rules.write_text(RULES)
    return database.settings.model_copy(
        update={
            "rules_file": rules,
            "contacts_file": contacts,
            "smtp_url": inbox.smtp_url,
            "mail_from": "The Shop <care@shop.example>",
            "sms_url": inbox.sms_url,
            "webhook_secret": SECRET,
            "public_url": "https://shop.example",
            "send_timeout_seconds": 5,
        }
    )


def open_shop(database: Database, settings, year: Year) -> None:
    with database.writing() as session:
        session.add(Product(product_id="p", title="Ribbed leggings"))
    put_consents(database, *(p.pseudonym for p in year.people if p.consents))
    if not settings.contacts_file:
        return
    with settings.contacts_file.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["customer_id", "email", "phone", "language", "time_zone"])
        for n, person in enumerate(year.people):
            to = (f"{person.customer_id}@home.example", f"+1555{n:07}")
            lines.writerow([person.customer_id, *to, "", ""])


@pytest.fixture
def twin(shop, tmp_path):
    """A shop of the same keys and rules where nobody is killed, and nothing sent."""
    database = Database(
        Settings(
            data_dir=tmp_path / "twin",
            rules_file=shop.rules_file,
            key_file=shop.pseudonym_key_file,
            assignment_key_file=shop.arms_key_file,
        )
    )
    database.upgrade()
    yield database
    database.close()


def live_and_be_killed(settings, seed, days, inbox, kills) -> Counter:
    """Live through the year, each life ended as `kills` says and the last one not."""
    rng = random.Random(seed)
    killed: Counter[str] = Counter()
    for kill in [*kills, None]:
        writes = rng.randrange(1, days // 4) if kill == "while writing" else 0
        child = FORKED.Process(target=live, args=(settings, seed, days, writes))
        child.start()
        messages = rng.randrange(1, days // 10) if kill == "while delivering" else 0
        inbox.on_arrival = countdown(messages, child.pid)
        timer = threading.Timer(rng.uniform(0.1, days / 180), child.kill)
        if kill == "at any time":
            timer.start()
        child.join()
        timer.cancel()
        inbox.on_arrival = countdown(0, 0)
        assert child.exitcode == (-signal.SIGKILL if kill else 0)
        killed[kill] += 1
        child.close()
    return killed


def decided(database: Database) -> tuple[set, dict]:
    """Return who was offered what on which night, and what the nights counted."""
    with database.reading() as session:
        offers = {
            (i.intervention_id, i.customer_pseudonym, i.arm, i.night)
            for i in session.exec(select(Intervention))
        }
        return offers, {n.day: n.figures for n in session.exec(select(Night))}


def countdown(messages: int, pid: int):
    def arrived():
        nonlocal messages
        messages -= 1
        if messages == 0:
            os.kill(pid, signal.SIGKILL)

    return arrived


def test_a_year_of_nights_with_ten_kills(database, shop, twin, inbox, days):
    seed = int(os.environ.get("YEAR_SEED") or secrets.randbelow(10**6))
    sys.stdout.write(f"YEAR_SEED={seed}\n")
    year = Year.of(seed, days, shop.pseudonym_key_file)
    for each, its_settings in ((database, shop), (twin, twin.settings)):
        open_shop(each, its_settings, year)
    undisturbed = FORKED.Process(target=live, args=(twin.settings, seed, days, 0))
    undisturbed.start()
    kills = random.Random(seed).sample(KILLS, len(KILLS))
    assert live_and_be_killed(shop, seed, days, inbox, kills) == Counter([*KILLS, None])

    with database.reading() as session:
        predicted = {p.order_id: p.night for p in session.exec(select(Prediction))}
        made = {i.intervention_id: i for i in session.exec(select(Intervention))}
        sent = {d.intervention_id: d for d in session.exec(select(Delivery))}
        nights = session.exec(select(Night)).all()
        stored_opt_outs = len(session.exec(select(OptOut)).all())
    assert predicted == year.nights(days)
    assert len(nights) == days
    assert all(night.finished_at for night in nights)

    # None is lost: all is decided as if nobody had been killed.
    undisturbed.join()
    assert undisturbed.exitcode == 0
    assert decided(database) == decided(twin)
    undisturbed.close()

    # All in the treatment have a delivery, nobody else has, and each is
    # accounted for.
    treated = {i for i, row in made.items() if row.arm == "treatment"}
    assert sent.keys() == treated
    states = {i: d.state for i, d in sent.items()}
    assert set(states.values()) <= {"sent", "dropped", "uncertain"}
    # Some six in ten days on average: no test if hardly any.
    assert Counter(states.values())["sent"] > days / 4

    # None is delivered twice, and what is said to be sent was.
    arrived = Counter(a.intervention_id for a in inbox.arrived)
    assert not [i for i, times in arrived.items() if times > 1]
    assert {i for i, state in states.items() if state == "sent"} <= arrived.keys()
    assert {states[i] for i in arrived} <= {"sent", "uncertain"}
    assert Counter(states.values())["uncertain"] <= len(KILLS)

    # Nobody is written to who does not want it, or is in the holdout.
    last = FIRST + timedelta(days)
    key = Pseudonymiser(shop.pseudonym_key_file, may_make=False)
    people = {key.pseudonym(p.customer_id): p for p in year.people}
    numbers = {f"+1555{n:07}": p for n, p in enumerate(year.people)}
    addresses = {f"{p.customer_id}@home.example": p for p in year.people}
    assert stored_opt_outs == sum(
        p.opts_out_at is not None and p.opts_out_at < half_past_midnight(last)
        for p in year.people
    )
    for message in inbox.arrived:
        row = made[message.intervention_id]
        person = people[row.customer_pseudonym]
        assert (numbers | addresses)[message.to] == person
        assert row.arm == "treatment"
        assert person.consents
        assert not person.opts_out_at or message.sent_at < person.opts_out_at
    assert "dropped" in states.values()
