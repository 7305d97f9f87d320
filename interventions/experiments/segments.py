"""The effect on parts of the people, and where a treatment does harm."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from interventions.experiments.effects import RETURN_RATE, Effect, effect_of
from interventions.experiments.people import by_person

DIMENSIONS = ("kind", "age_band", "category", "risk_band")


@dataclass(frozen=True)
class Segment:
    """A part of the orders, such as those of an age band."""

    dimension: str
    """One of `DIMENSIONS`."""

    value: str
    """Its value there."""


def segment_effects(
    orders: pa.Table, currency: str, least_people: int, planned_people: int
) -> list[tuple[Segment, Effect]]:
    """Return the effect on the return rate in each segment that is large enough.

    The any-time intervals of all segments hold together.

    Parameters
    ----------
    orders : pyarrow.Table
        As of `decided_orders`.
    least_people : int
        Of smaller segments nothing is said: by chance some look grand.
    """
    large = [
        (segment, people)
        for segment, rows in _segments(orders)
        if (people := by_person(rows, currency)).num_rows >= least_people
    ]
    return [
        (segment, effect)
        for segment, people in large
        if (
            effect := effect_of(
                people, RETURN_RATE, planned_people, questions=len(large)
            )
        )
    ]


def harmful(effects: list[tuple[Segment, Effect]]) -> list[Segment]:
    """Return the segments where surely more comes back with the treatment."""
    return [segment for segment, effect in effects if effect.any_time_low > 0]


def _segments(orders: pa.Table) -> Iterator[tuple[Segment, pa.Table]]:
    for dimension in DIMENSIONS:
        values = pc.unique(orders[dimension]).drop_null().to_pylist()
        for value in sorted(values):
            rows = orders.filter(pc.equal(orders[dimension], value))
            yield Segment(dimension, value), rows
