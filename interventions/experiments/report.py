"""An experiment as it stands on a day: split, effects, segments."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from interventions.experiments.effects import (
    KEPT_MONEY,
    RETURN_RATE,
    arm_counts,
    effect_of,
    split_p_value,
)
from interventions.experiments.people import by_person, decided_orders
from interventions.experiments.segments import Segment, harmful, segment_effects
from interventions.rules import ExperimentRule, read_rules
from store.clock import utc_now
from store.database import Database
from store.settings import Settings


def measure(
    database: Database,
    settings: Settings,
    experiment: str | None = None,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """Return what an experiment says.

    Parameters
    ----------
    experiment : str, optional
        By default the one that the rules name.
    as_of : datetime, optional
        Only orders whose time for coming back was over by then; by default now.

    Returns
    -------
    dict
        People and orders by arm, whether the split is sound, the effects (none where
        it is not), those by segment, the segments where the treatment is switched off.
    """
    rules = read_rules(settings.rules_file)
    name = experiment or rules.experiment.name
    orders = _orders(database, settings, name, as_of or utc_now())
    currency = rules.money.currency
    people = by_person(orders, currency)
    planned = rules.experiment.planned_people
    # What another experiment's holdout was to be is not in the rules any more.
    share = rules.experiment.holdout_share if name == rules.experiment.name else 0.0
    p_value = split_p_value(people, share)
    sound = p_value is None or p_value >= rules.experiment.split_alarm_p
    effects = [
        effect_of(people, figure, planned, cuped=cuped)
        for figure in (RETURN_RATE, KEPT_MONEY)
        for cuped in (True, False)
    ]
    segments = _segment_effects(orders, currency, rules.experiment) if sound else []
    return {
        "experiment": name,
        "orders": orders.num_rows,
        "people": arm_counts(people),
        "split_p": p_value,
        "split_is_sound": sound,
        "currency": currency,
        "effects": [effect.told() for effect in effects if effect] if sound else [],
        "segments": [asdict(s) | effect.told() for s, effect in segments],
        "switched_off": [asdict(segment) for segment in harmful(segments)],
    }


def harmful_segments(
    database: Database, settings: Settings, as_of: datetime
) -> frozenset[Segment]:
    """Return where the running experiment has shown that interventions do harm; empty
    while its split is not sound.
    """
    rules = read_rules(settings.rules_file)
    rule = rules.experiment
    orders = _orders(database, settings, rule.name, as_of)
    people = by_person(orders, rules.money.currency)
    # A part of few people has fewer: there is nothing to look at yet.
    if people.num_rows < rule.segment_people:
        return frozenset()
    p_value = split_p_value(people, rule.holdout_share)
    if p_value is None or p_value < rule.split_alarm_p:
        return frozenset()
    found = _segment_effects(orders, rules.money.currency, rule)
    return frozenset(harmful(found))


def _segment_effects(orders: pa.Table, currency: str, rule: ExperimentRule) -> Any:
    return segment_effects(orders, currency, rule.segment_people, rule.planned_people)


def _orders(
    database: Database, settings: Settings, experiment: str, as_of: datetime
) -> pa.Table:
    bought_before = as_of - timedelta(settings.return_window_days)
    with database.reading() as session:
        return decided_orders(session, experiment, bought_before, as_of)
