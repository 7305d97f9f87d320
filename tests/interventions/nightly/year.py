"""A shop's made-up year, and a process that lives through it until it is killed."""

import os
import random
import signal
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import time_machine
from sqlmodel import func, select

from interventions import channels
from interventions.nightly import nightly, parts
from store.bulk import insert_rows, sql_table
from store.consent import opt_out
from store.database import Database
from store.privacy import Pseudonymiser
from store.settings import Settings
from store.tables import Night, Order, Return
from tests.interventions.nightly.shop import ORDERS, IdScorer, order

FIRST = date(2026, 1, 1)
ZONE = ZoneInfo("America/New_York")  # its clocks change twice in the year
LATE_DAYS = 14
PEOPLE = 120
TWO_DAYS = timedelta(hours=48)
RULES = f"""
[night]
time_zone = "{ZONE.key}"
late_days = {LATE_DAYS}
"""


@dataclass(frozen=True)
class Person:
    """Somebody who buys, and may have had enough of messages at some time."""

    customer_id: str
    pseudonym: str
    consents: bool
    opts_out_at: datetime | None


@dataclass(frozen=True)
class Year:
    """All that happens in the shop, whoever is killed when."""

    people: list[Person]
    orders: list[tuple[date, dict]]
    """With the day on which each comes in."""

    returns: dict[str, datetime]

    @classmethod
    def of(cls, seed: int, days: int, key_file: Path) -> "Year":
        """Make the same year of the same seed and key."""
        rng = random.Random(seed)
        key = Pseudonymiser(key_file, may_make=True)
        people = [key.pseudonym(f"C{number}") for number in range(PEOPLE)]
        orders, returns = [], {}
        for number in range(days * 2):
            bought_at = _at(FIRST) + timedelta(days * rng.random())
            comes_days = rng.choices([0, 5, 30], [90, 8, 2])[0]
            order_id = f"o{number}-{rng.choice(['x', 30, 62, 75, 90, 95])}"
            row = order(
                order_id,
                customer_pseudonym=rng.choice(people),
                purchased_at=bought_at,
            )
            comes_on = bought_at.astimezone(ZONE).date() + timedelta(comes_days)
            orders.append((comes_on, row))
            if rng.random() < 0.2:
                back_days = rng.choice([1, 2, 6])
                returns[order_id] = bought_at + timedelta(back_days)
        bought = [row for _, row in orders]
        shoppers = [_person(rng, f"C{n}", p, bought) for n, p in enumerate(people)]
        return cls(shoppers, orders, returns)

    def nights(self, days: int) -> dict[str, date]:
        """Return the night of every order that has to be predicted: the day on which
        two days have passed, by the clock of the shop.
        """
        found = {}
        for comes_on, row in self.orders:
            due_on = _due_on(row)
            night = max(due_on, comes_on)
            back_at = self.returns.get(row["order_id"])
            is_back = back_at is not None and back_at <= half_past_midnight(night)
            is_late = (night - due_on).days > LATE_DAYS
            if night < FIRST + timedelta(days) and not (is_back or is_late):
                found[row["order_id"]] = night
        return found


def half_past_midnight(night: date) -> datetime:
    """Return when a night's batch runs: as soon as its day is over."""
    return _at(night + timedelta(1), time(0, 30))


def live(settings: Settings, seed: int, days: int, dies_at_write: int) -> None:
    """Run every night of the year from where it was left; the child's whole life.

    Parameters
    ----------
    dies_at_write : int
        Be killed in the middle of a transaction, after so many writes; 0: not so.
    """
    database = Database(settings)
    year = Year.of(seed, days, settings.pseudonym_key_file)
    if dies_at_write:
        parts.insert_rows = _deadly(dies_at_write)
    with database.reading() as session:
        first = session.exec(select(func.max(Night.day))).one() or FIRST
        over = set(
            session.exec(select(Night.day).where(Night.finished_at.is_not(None)))
        )
    for number in range((first - FIRST).days, days):
        night = FIRST + timedelta(number)
        runs_at = half_past_midnight(night)
        with time_machine.travel(runs_at):
            # Who was killed between two nights may have brought in the next one's
            # orders already: they are none of the last one's.
            if night not in over:
                _come_in(database, year, night)
                nightly(database, settings, scorer=IdScorer())
        with time_machine.travel(runs_at + timedelta(hours=2)):
            _opt_out(database, year, runs_at, runs_at + timedelta(hours=2))
        with time_machine.travel(runs_at + timedelta(hours=11)):
            channels.deliver(database, settings)
    database.close()


def _come_in(database: Database, year: Year, night: date) -> None:
    rows = [row for comes_on, row in year.orders if comes_on == night]
    now = half_past_midnight(night)
    with database.writing() as session:
        stored = set(session.exec(select(Order.order_id)))
        new = [row for row in rows if row["order_id"] not in stored]
        if new:
            insert_rows(session, sql_table(Order), pa.Table.from_pylist(new, ORDERS))
        stored |= {row["order_id"] for row in new}
        back = set(session.exec(select(Return.order_id)))
        session.add_all(
            Return(order_id=order_id, returned_at=at)
            for order_id, at in year.returns.items()
            if order_id in stored - back and at <= now
        )


def _opt_out(database: Database, year: Year, since: datetime, until: datetime) -> None:
    with database.writing() as session:
        for person in year.people:
            if person.opts_out_at and since < person.opts_out_at <= until:
                opt_out(session, person.pseudonym, "all")


def _deadly(writes: int):
    left = writes

    def insert_then_die(*args):
        nonlocal left
        insert_rows(*args)
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    return insert_then_die


def _person(
    rng: random.Random, customer_id: str, pseudonym: str, bought: list[dict]
) -> Person:
    theirs = [row for row in bought if row["customer_pseudonym"] == pseudonym]
    opts_out_at = None
    if theirs and rng.random() < 0.4:
        # Between deciding and delivering, of all moments.
        night = _due_on(rng.choice(theirs))
        opts_out_at = half_past_midnight(night) + timedelta(hours=1)
    return Person(customer_id, pseudonym, rng.random() < 0.85, opts_out_at)


def _due_on(row: dict) -> date:
    return (row["purchased_at"] + TWO_DAYS).astimezone(ZONE).date()


def _at(day: date, clock: time = time()) -> datetime:
    return datetime.combine(day, clock, ZONE).astimezone(UTC)
