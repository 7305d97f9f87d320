"""One part of a night: decided and written down in the caller's transaction."""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence, Set
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
from interventions.experiments.segments import Segment
from interventions.nightly.harm import harmed
from interventions.offers import Weighed, weigh, worth_minor
from interventions.quiet_hours import first_moment
from interventions.rules import Rules
from store.among import among
from store.bulk import arrow_schema, insert_rows, sql_table
from store.consent import consented, excluded
from store.tables import Assignment, Delivery, Intervention, Prediction, Table

People = Sequence[str]
Columns = dict[str, list[Any]]


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
    harmful : set of Segment
        Where the experiment has shown that offers do harm.
    """

    night: date
    now: datetime
    model: Model
    rules: Rules
    draw: Draw
    harmful: Set[Segment] = frozenset()

    def write(self, session: Session, orders: pa.Table) -> dict[str, Any]:
        """Decide scored orders and write all that comes of it; return its figures.

        Parameters
        ----------
        orders : pyarrow.Table
            Due orders with their scores.
        """
        weighed = weigh(orders, self.rules, is_sample=self.model.trained_on == "sample")
        if self.harmful:
            harm = harmed(session, orders, weighed.kinds, self.harmful)
            weighed = weighed.without(harm)
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
        deliveries = self._deliveries(made)
        _insert(session, Delivery, deliveries)
        return self._figures(orders, decided, made, deliveries)

    def _wishes(self, session: Session, people: People, weighed: Weighed) -> Wishes:
        channels = {self.rules.offers[kind].channel for kind in weighed.kinds}
        asking = {c for c in channels if self.rules.channels[c].needs_consent}
        return Wishes(
            {channel: excluded(session, channel, people) for channel in channels},
            {channel: consented(session, channel, people) for channel in asking},
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
            for person, kind, night in session.execute(
                query.where(among(session, row.customer_pseudonym, people))
            )
            if kind in channels
        ]
        return Caps(rules.caps, rules.channels, self.night, past)

    def _arms(self, session: Session, people: People) -> dict[str, str]:
        """Return people's arms; those of people who had none are drawn and stored."""
        name = self.rules.experiment.name
        row = sql_table(Assignment).c
        query = select(row.customer_pseudonym, row.arm).where(row.experiment == name)
        theirs = query.where(among(session, row.customer_pseudonym, people))
        arms: dict[str, str] = dict(session.execute(theirs).all())
        new = {person: self.draw.arm(person) for person in people if person not in arms}
        columns: Columns = {
            "experiment": [name] * len(new),
            "customer_pseudonym": list(new),
            "arm": list(new.values()),
            "assigned_at": [self.now] * len(new),
        }
        _insert(session, Assignment, columns)
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
    ) -> Columns:
        money, offers = self.rules.money, self.rules.offers
        rows = [row for row, _, _ in decided.made]
        kinds = [kind for _, kind, _ in decided.made]
        chosen = orders.take(pa.array(rows, pa.int64()))
        order_ids = chosen["order_id"].to_pylist()
        people = chosen["customer_pseudonym"].to_pylist()
        worth = {k: worth_minor(offer, money) for k, offer in offers.items()}
        codes = {
            k: money.currency if o.has_amounts else None for k, o in offers.items()
        }
        count = len(rows)
        return {
            "intervention_id": list(map(intervention_id, order_ids, kinds)),
            "order_id": order_ids,
            "customer_pseudonym": people,
            "kind": kinds,
            "risk": chosen["risk"].to_pylist(),
            "decided_at": [self.now] * count,
            "night": [self.night] * count,
            "experiment": [self.rules.experiment.name] * count,
            "arm": [arms[person] for person in people],
            "value_minor": [
                None if math.isnan(value) else round(value)
                for _, _, value in decided.made
            ],
            "offer_minor": [worth[kind] for kind in kinds],
            "currency": [codes[kind] for kind in kinds],
        }

    def _deliveries(self, made: Columns) -> Columns:
        zone, offers = self.rules.night.zone, self.rules.offers
        opens = {
            name: first_moment(self.now, rule, zone)
            for name, rule in self.rules.channels.items()
        }
        sent = [
            (name, offers[kind].channel)
            for name, kind, arm in zip(
                made["intervention_id"], made["kind"], made["arm"], strict=True
            )
            if arm == "treatment"
        ]
        return {
            "intervention_id": [name for name, _ in sent],
            "channel": [channel for _, channel in sent],
            "state": ["pending"] * len(sent),
            "attempts": [0] * len(sent),
            "not_before": [opens[channel] for _, channel in sent],
        }

    def _figures(
        self,
        orders: pa.Table,
        decided: Decisions,
        made: Columns,
        deliveries: Columns,
    ) -> dict[str, Any]:
        left_alone = Counter(why for why in decided.reasons.tolist() if why)
        if held := made["arm"].count("holdout"):
            left_alone["holdout"] = held
        return {
            "predicted": orders.num_rows,
            "offers": dict(Counter(made["kind"])),
            "deliveries": dict(Counter(deliveries["channel"])),
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


def _insert(session: Session, table: type[Table], columns: Columns) -> None:
    if any(columns.values()):
        target = sql_table(table)
        schema = arrow_schema([target.c[name] for name in columns])
        insert_rows(session, target, pa.table(columns, schema))
