"""A year of nights with ten kills: nobody is forgotten, nobody gets two."""

import csv
import multiprocessing
import os
import random
import secrets
import signal
import sys
import threading
from collections import Counter

import pytest
from sqlmodel import select

from store.database import Database
from store.privacy import Pseudonymiser
from store.tables import Delivery, Intervention, Night, OptOut, Prediction, Product
from tests.interventions.nightly.receivers import SECRET, receivers
from tests.interventions.nightly.shop import put_consents
from tests.interventions.nightly.year import RULES, Year, live

pytest.importorskip("interventions.channels")
pytestmark = pytest.mark.slow
DAYS = 365
KILLS = ["at any time"] * 4 + ["while delivering"] * 3 + ["while writing"] * 3


@pytest.fixture
def inbox():
    with receivers() as found:
        yield found


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
    with settings.contacts_file.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["customer_id", "email", "phone", "language", "time_zone"])
        for n, person in enumerate(year.people):
            to = (f"{person.customer_id}@home.example", f"+1555{n:07}")
            lines.writerow([person.customer_id, *to, "", ""])


def live_and_be_killed(settings, seed, inbox, kills) -> Counter:
    """Live through the year, each life ended as `kills` says and the last one not."""
    rng = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.interventions.nightly.year"])
    killed: Counter[str] = Counter()
    for kill in [*kills, None]:
        writes = rng.randrange(1, 60) if kill == "while writing" else 0
        child = processes.Process(target=live, args=(settings, seed, DAYS, writes))
        child.start()
        messages = rng.randrange(1, 12) if kill == "while delivering" else 0
        inbox.on_arrival = countdown(messages, child.pid)
        timer = threading.Timer(rng.uniform(0.2, 1.5), child.kill)
        if kill == "at any time":
            timer.start()
        child.join()
        timer.cancel()
        inbox.on_arrival = countdown(0, 0)
        assert child.exitcode == (-signal.SIGKILL if kill else 0)
        killed[kill] += 1
        child.close()
    return killed


def countdown(messages: int, pid: int):
    def arrived():
        nonlocal messages
        messages -= 1
        if messages == 0:
            os.kill(pid, signal.SIGKILL)

    return arrived


def test_a_year_of_nights_with_ten_kills(database, shop, inbox):
    seed = int(os.environ.get("YEAR_SEED") or secrets.randbelow(10**6))
    sys.stdout.write(f"YEAR_SEED={seed}\n")
    year = Year.of(seed, DAYS, shop.pseudonym_key_file)
    open_shop(database, shop, year)
    kills = random.Random(seed).sample(KILLS, len(KILLS))
    assert live_and_be_killed(shop, seed, inbox, kills) == Counter([*KILLS, None])

    with database.reading() as session:
        predicted = {p.order_id: p.night for p in session.exec(select(Prediction))}
        made = {i.intervention_id: i for i in session.exec(select(Intervention))}
        sent = {d.intervention_id: d for d in session.exec(select(Delivery))}
        nights = session.exec(select(Night)).all()
        stored_opt_outs = len(session.exec(select(OptOut)).all())
    assert predicted == year.nights(DAYS)
    assert len(nights) == DAYS
    assert all(night.finished_at for night in nights)

    # None is lost: all in the treatment have a delivery, nobody else has, and each is
    # accounted for.
    treated = {i for i, row in made.items() if row.arm == "treatment"}
    assert sent.keys() == treated
    states = {i: d.state for i, d in sent.items()}
    assert set(states.values()) <= {"sent", "dropped", "uncertain"}
    assert Counter(states.values())["sent"] > 100

    # None is delivered twice, and what is said to be sent was.
    arrived = Counter(a.intervention_id for a in inbox.arrived)
    assert not [i for i, times in arrived.items() if times > 1]
    assert {i for i, state in states.items() if state == "sent"} <= arrived.keys()
    assert {states[i] for i in arrived} <= {"sent", "uncertain"}
    assert Counter(states.values())["uncertain"] <= len(KILLS)

    # Nobody is written to who does not want it, or is in the holdout.
    key = Pseudonymiser(shop.pseudonym_key_file, may_make=False)
    people = {key.pseudonym(p.customer_id): p for p in year.people}
    numbers = {f"+1555{n:07}": p for n, p in enumerate(year.people)}
    addresses = {f"{p.customer_id}@home.example": p for p in year.people}
    assert stored_opt_outs == sum(p.opts_out_at is not None for p in year.people)
    for message in inbox.arrived:
        row = made[message.intervention_id]
        person = people[row.customer_pseudonym]
        assert (numbers | addresses)[message.to] == person
        assert row.arm == "treatment"
        assert person.consents
        assert not person.opts_out_at or message.sent_at < person.opts_out_at
    assert "dropped" in states.values()
