"""One part of a night: decided and written down in the caller's transaction."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from sqlalchemy import select
from sqlmodel import Session

from interventions.assignment import Draw
from interventions.caps import Caps, Past
from interventions.deciding import Decisions, Wishes, decide
from interventions.offers import Weighed, weigh, worth_minor
from interventions.quiet_hours import first_moment
from interventions.rules import Rules
from store.bulk import arrow_schema, insert_rows, sql_table
from store.consent import consented, excluded
from store.tables import Assignment, Delivery, Intervention, Prediction, Table

# A statement names so many people.
NAMED_PEOPLE = 5_000
People = Sequence[str]


class Model(Protocol):
    """What is kept of the model beside its scores."""

    @property
    def version(self) -> str:
        """Its name in the registry."""

    @property
    def target(self) -> str:
        """What its risk is of: ``regret`` or ``returned``."""

    @property
    def trained_on(self) -> str:
        """``retailer`` or ``sample``."""


@dataclass(frozen=True)
class Part:
    """What is the same for all parts of a night.

    Parameters
    ----------
    night : date
        The day of the shop.
    now : datetime
        When it is decided.
    model : Model
        Whose scores they are.
    rules : Rules
        All thresholds.
    draw : Draw
        Draws arms.
    """

    night: date
    now: datetime
    model: Model
    rules: Rules
    draw: Draw

    def write(self, session: Session, orders: pa.Table) -> dict[str, Any]:
        """Decide scored orders and write all that comes of it; return its figures.

        Parameters
        ----------
        orders : pyarrow.Table
            Due orders with their scores.
        """
        weighed = weigh(orders, self.rules, is_sample=self.model.trained_on == "sample")
        people = orders["customer_pseudonym"].to_pylist()
        asked = _those(people, np.flatnonzero(weighed.fits.any(axis=1)).tolist())
        caps = self._caps(session, asked)
        wishes = self._wishes(session, asked, weighed)
        decided = decide(weighed, people, wishes, caps, self.rules)
        chosen = _those(people, [row for row, _, _ in decided.made])
        arms = self._arms(session, chosen)
        self._write_predictions(session, orders)
        made = self._interventions(orders, decided, arms)
        _insert(session, Intervention, made)
        sent = [row for row in made if row["arm"] == "treatment"]
        deliveries = self._deliveries(sent)
        _insert(session, Delivery, deliveries)
        return self._figures(orders, decided, made, deliveries)

    def _wishes(self, session: Session, people: People, weighed: Weighed) -> Wishes:
        channels = {self.rules.offers[kind].channel for kind in weighed.kinds}
        asking = {c for c in channels if self.rules.channels[c].needs_consent}
        return Wishes(
            {c: _who(excluded, session, c, people) for c in channels},
            {c: _who(consented, session, c, people) for c in asking},
        )

    def _caps(self, session: Session, people: People) -> Caps:
        rules = self.rules
        span = max(rules.caps.per_days, *(c.per_days for c in rules.channels.values()))
        row = sql_table(Intervention).c
        query = select(row.customer_pseudonym, row.kind, row.night).where(
            row.night > self.night - timedelta(span),
            row.night < self.night + timedelta(span),
        )
        channels = {kind: offer.channel for kind, offer in rules.offers.items()}
        past: list[Past] = [
            (person, channels[kind], night)
            for some in _in_parts(people)
            for person, kind, night in session.execute(
                query.where(row.customer_pseudonym.in_(some))
            )
            if kind in channels
        ]
        return Caps(rules.caps, rules.channels, self.night, past)

    def _arms(self, session: Session, people: People) -> dict[str, str]:
        """Return people's arms; those of people who had none are drawn and stored."""
        name = self.rules.experiment.name
        row = sql_table(Assignment).c
        query = select(row.customer_pseudonym, row.arm).where(row.experiment == name)
        arms: dict[str, str] = {}
        for some in _in_parts(people):
            arms.update(
                session.execute(query.where(row.customer_pseudonym.in_(some))).all()
            )
        new = {person: self.draw.arm(person) for person in people if person not in arms}
        columns = {"experiment": name, "assigned_at": self.now}
        rows = [
            {"customer_pseudonym": person, "arm": arm} | columns
            for person, arm in new.items()
        ]
        _insert(session, Assignment, rows)
        return arms | new

    def _write_predictions(self, session: Session, orders: pa.Table) -> None:
        names = ["order_id", "risk", "risk_low", "risk_high", "evidence"]
        rows = orders.select(names)
        same = {
            "night": self.night,
            "target": self.model.target,
            "model_version": self.model.version,
            "trained_on": self.model.trained_on,
            "predicted_at": self.now,
        }
        for name, value in same.items():
            column = pa.repeat(pa.scalar(value), orders.num_rows)
            rows = rows.append_column(name, column)
        insert_rows(session, sql_table(Prediction), rows)

    def _interventions(
        self, orders: pa.Table, decided: Decisions, arms: dict[str, str]
    ) -> list[dict[str, Any]]:
        money = self.rules.money
        order_ids = orders["order_id"].to_pylist()
        people = orders["customer_pseudonym"].to_pylist()
        risks = orders["risk"].to_pylist()
        worth = {k: worth_minor(o, money) for k, o in self.rules.offers.items()}
        has_amounts = {k: o.has_amounts for k, o in self.rules.offers.items()}
        return [
            {
                "intervention_id": intervention_id(order_ids[row], kind),
                "order_id": order_ids[row],
                "customer_pseudonym": people[row],
                "kind": kind,
                "risk": risks[row],
                "decided_at": self.now,
                "night": self.night,
                "experiment": self.rules.experiment.name,
                "arm": arms[people[row]],
                "value_minor": None if math.isnan(value) else round(value),
                "offer_minor": worth[kind],
                "currency": money.currency if has_amounts[kind] else None,
            }
            for row, kind, value in decided.made
        ]

    def _deliveries(self, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
        zone = self.rules.night.zone
        opens = {
            name: first_moment(self.now, rule, zone)
            for name, rule in self.rules.channels.items()
        }
        channels = {kind: offer.channel for kind, offer in self.rules.offers.items()}
        return [
            {
                "intervention_id": row["intervention_id"],
                "channel": channels[row["kind"]],
                "state": "pending",
                "attempts": 0,
                "not_before": opens[channels[row["kind"]]],
            }
            for row in sent
        ]

    def _figures(
        self,
        orders: pa.Table,
        decided: Decisions,
        made: list[dict[str, Any]],
        deliveries: list[dict[str, Any]],
    ) -> dict[str, Any]:
        left_alone = Counter(why for why in decided.reasons.tolist() if why)
        if held := len(made) - len(deliveries):
            left_alone["holdout"] = held
        return {
            "predicted": orders.num_rows,
            "offers": dict(Counter(row["kind"] for row in made)),
            "deliveries": dict(Counter(row["channel"] for row in deliveries)),
            "left_alone": dict(left_alone),
            "model": self.model.version,
            "trained_on": self.model.trained_on,
        }


def intervention_id(order_id: str, kind: str) -> str:
    """Return the name of an offer of a kind for an order, always the same.

    >>> intervention_id("o1", "email_offer") == intervention_id("o1", "email_offer")
    True
    """
    return hashlib.sha256(f"{kind}\n{order_id}".encode()).hexdigest()[:32]


def _those(people: People, rows: list[int]) -> list[str]:
    return list(dict.fromkeys(people[row] for row in rows))


def _who(
    read: Callable[[Session, str, People], set[str]],
    session: Session,
    channel: str,
    people: People,
) -> set[str]:
    found: set[str] = set()
    return found.union(*(read(session, channel, some) for some in _in_parts(people)))


def _in_parts(people: People) -> Iterator[People]:
    for start in range(0, len(people), NAMED_PEOPLE):
        yield people[start : start + NAMED_PEOPLE]


def _insert(session: Session, table: type[Table], rows: list[dict[str, Any]]) -> None:
    if rows:
        target = sql_table(table)
        schema = arrow_schema([target.c[name] for name in rows[0]])
        insert_rows(session, target, pa.Table.from_pylist(rows, schema))
