"""The nightly batch: what is due is scored, decided, and written down to be delivered.

It writes in parts, each of them whole: a process that is killed leaves whole parts, and
whoever runs the same night again, or the next one, takes up the rest.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import chain
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import update
from sqlmodel import col

from interventions.assignment import Draw
from interventions.channels import deliver
from interventions.experiments import harmful_segments
from interventions.nightly.calendar import Window, last_night, window_of
from interventions.nightly.due import LONG_AGO, due_orders, still_due
from interventions.nightly.figures import added
from interventions.nightly.parts import Model, Part
from interventions.resale import draft_listings
from interventions.rules import read_rules
from ml.bulk_scores import BulkScorer, Score
from store.clock import utc_now
from store.database import Database
from store.errors import InvalidError
from store.settings import Settings
from store.tables import Night
from store.turns import NIGHTS, PEOPLE, wait_for_turn

PART_ORDERS = 20_000


class Scorer(Model, Protocol):
    """What a night asks for scores; `BulkScorer` is one."""

    def at_work(self, database: Database) -> AbstractContextManager[Score]:
        """Yield what scores order ids."""
        ...


def run_night(
    database: Database,
    settings: Settings,
    day: date | None = None,
    *,
    scorer: Scorer | None = None,
    now: datetime | None = None,
    part_orders: int = PART_ORDERS,
) -> dict[str, Any]:
    """Decide the orders that are due on a day of the shop, and all earlier ones that
    came in late.

    Nothing is sent here. A second run finds nothing that is due, and changes nothing.

    Parameters
    ----------
    day : date, optional
        A day of the shop that is over, by default the last one.
    scorer : Scorer, optional
        By default the served checkout model.
    now : datetime, optional
        By default the time it is.

    Returns
    -------
    dict
        The night, how many orders were predicted by this run, and the night's figures.

    Raises
    ------
    InvalidError
        If the day is not over yet.
    NoModelError
        If no model was trained.
    """
    rules, now = read_rules(settings.rules_file), now or utc_now()
    last = last_night(now, rules.night)
    night = day or last
    if night > last:
        raise InvalidError(
            f"{night} is not over in {rules.night.time_zone}, the shop's time zone: "
            f"its orders are not due yet; the last night is that of {last}"
        )
    scorer = scorer or BulkScorer.load(database, settings)
    harmful = harmful_segments(database, settings, now)
    draw = Draw.load(settings, rules.experiment)
    part = Part(night, now, scorer, rules, draw, harmful)
    window = window_of(night, rules.night)
    predicted = 0
    _begin(database, night, now)
    parts = _parts(database, window, now, part_orders)
    if first := next(parts, None):
        with scorer.at_work(database) as score:
            for orders in chain([first], parts):
                scored = _scored(orders, score(orders["order_id"]))
                predicted += _write(database, part, scored)
    return _end(database, night, now) | {"predicted_now": predicted}


def nightly(
    database: Database,
    settings: Settings,
    day: date | None = None,
    *,
    scorer: Scorer | None = None,
) -> dict[str, Any]:
    """Decide a night, deliver what may go out now, draft listings of what came back.

    Parameters
    ----------
    day, scorer
        As `run_night` has them.

    Raises
    ------
    InvalidError
        If the day is not over yet.
    NoModelError
        If no model was trained.
    """
    decided = run_night(database, settings, day, scorer=scorer)
    return decided | {
        "delivered": deliver(database, settings),
        "drafted": draft_listings(database, settings),
    }


def _parts(
    database: Database, window: Window, now: datetime, part_orders: int
) -> Iterator[pa.Table]:
    after = (LONG_AGO, "")
    while True:
        with database.reading() as session:
            part = due_orders(
                session,
                window.late_at,
                window.end_at,
                now,
                after=after,
                most=part_orders,
            )
        if not part.num_rows:
            return
        yield part
        after = (part["purchased_at"][-1].as_py(), part["order_id"][-1].as_py())


def _scored(orders: pa.Table, scores: pa.Table) -> pa.Table:
    """Return the orders that have scores, with them; one without waits for the next
    run.
    """
    place = pc.index_in(orders["order_id"], scores["order_id"])
    orders = orders.filter(pc.is_valid(place))
    found = scores.take(place.drop_null())
    for name in found.column_names:
        if name not in orders.column_names:
            orders = orders.append_column(name, found[name])
    return orders


def _write(database: Database, part: Part, scored: pa.Table) -> int:
    if not scored.num_rows:
        return 0
    with database.writing() as session:
        # Nobody is forgotten, or gets another pseudonym, while this decides on them.
        wait_for_turn(session, PEOPLE)
        # Two processes may be at the same night; the second finds nothing left.
        wait_for_turn(session, NIGHTS)
        orders = still_due(session, scored, part.now)
        if not orders.num_rows:
            return 0
        figures = part.write(session, orders)
        row = session.get_one(Night, part.night)
        row.figures, row.finished_at = added(row.figures, figures), None
    return int(orders.num_rows)


def _begin(database: Database, night: date, now: datetime) -> None:
    with database.writing() as session:
        wait_for_turn(session, NIGHTS)
        if session.get(Night, night) is None:
            session.add(Night(day=night, started_at=now))


def _end(database: Database, night: date, now: datetime) -> dict[str, Any]:
    with database.writing() as session:
        wait_for_turn(session, NIGHTS)
        # An earlier night that was broken off: its orders were due in this one.
        open_nights = update(Night).where(
            col(Night.day) <= night, col(Night.finished_at).is_(None)
        )
        session.execute(open_nights.values(finished_at=now))
        row = session.get_one(Night, night)
        return {"night": row.day.isoformat(), **row.figures}
