"""The effect of a treatment on a figure, with intervals; whether the split is sound.

The statistics are tea-tasting's: the delta method for shares of several orders of one
person, and CUPED, which takes off what the score before the treatment foretold.
"""

import math
import warnings
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from interventions.experiments.looks import any_time_half_width

# Below, an interval by the normal curve is not worth its name.
LEAST_PEOPLE = 30
NORMAL_95 = 1.959963984540054
ALPHA = 0.05
Method = Literal["difference of means", "CUPED"]


@dataclass(frozen=True)
class Figure:
    """What is compared: a sum of a person's orders for each of them.

    Parameters
    ----------
    name : str
        In words.
    numerator, denominator : str
        Columns of the people; their sums are divided.
    foretold : str
        Column of what the numerator was expected to be before anything was done.
    """

    name: str
    numerator: str
    denominator: str
    foretold: str


RETURN_RATE = Figure("share of orders that came back", "returned", "orders", "expected")
KEPT_MONEY = Figure("money kept an order", "kept", "paid_orders", "expected_kept")


@dataclass(frozen=True)
class Effect:
    """A difference between treatment and holdout; money in minor units."""

    figure: str
    """What was compared."""

    method: Method
    """How."""

    holdout: float
    """Its value in the holdout."""

    treatment: float
    """Its value in the treatment."""

    difference: float
    """Treatment less holdout."""

    low: float
    """Lower end of the 95 % interval of one look that was planned."""

    high: float
    """Upper end of it."""

    any_time_low: float
    """Lower end of the 95 % interval that holds however often one looks."""

    any_time_high: float
    """Upper end of it."""

    relative: float | None
    """Difference as a share of the holdout's value, None where that is 0."""

    relative_low: float | None
    """Lower end of its 95 % interval; None where the holdout may be 0."""

    relative_high: float | None
    """Upper end of it."""

    people: int
    """In both arms."""

    @property
    def is_believed(self) -> bool:
        """Whether it is surely not 0, however often one has looked."""
        return self.any_time_low > 0 or self.any_time_high < 0

    def told(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"believed": self.is_believed}


def effect_of(
    people: pa.Table,
    figure: Figure,
    planned_people: int,
    *,
    cuped: bool = True,
    questions: int = 1,
) -> Effect | None:
    """Return the effect on a figure; None with too few people in an arm.

    Parameters
    ----------
    people : pyarrow.Table
        A person a row: ``arm`` and the columns of the figure.
    planned_people : int
        For so many people the any-time interval is the narrowest.
    cuped : bool
        Take off what was foretold.
    questions : int
        How many are asked at once: the any-time intervals of all of them hold together
        (Bonferroni).
    """
    if min(arm_counts(people).values()) < LEAST_PEOPLE:
        return None
    columns = {
        "arm": people["arm"],
        "y": people[figure.numerator],
        "n": people[figure.denominator],
        "x": people[figure.foretold],
        # tea-tasting asks for a column of its own.
        "x_n": people[figure.denominator],
    }
    if not _varies(columns["y"]):
        return None
    cuped = cuped and _varies(columns["x"])
    found = _analysed(pa.table(columns), cuped=cuped)
    se = (found.effect_size_ci_upper - found.effect_size_ci_lower) / (2 * NORMAL_95)
    half = any_time_half_width(se, people.num_rows, planned_people, ALPHA / questions)
    return Effect(
        figure=figure.name,
        method="CUPED" if cuped else "difference of means",
        holdout=found.control,
        treatment=found.treatment,
        difference=found.effect_size,
        low=found.effect_size_ci_lower,
        high=found.effect_size_ci_upper,
        any_time_low=found.effect_size - half,
        any_time_high=found.effect_size + half,
        relative=_finite(found.rel_effect_size),
        relative_low=_finite(found.rel_effect_size_ci_lower),
        relative_high=_finite(found.rel_effect_size_ci_upper),
        people=people.num_rows,
    )


def arm_counts(people: pa.Table) -> dict[str, int]:
    """Return how many people are in each arm."""
    arms = pc.value_counts(people["arm"].combine_chunks()).to_pylist()
    found = {row["values"]: row["counts"] for row in arms}
    return {arm: found.get(arm, 0) for arm in ("treatment", "holdout")}


def split_p_value(people: pa.Table, holdout_share: float) -> float | None:
    """Return how likely a split as uneven as this is by chance; None without a holdout.

    The check for a sample-ratio mismatch: something drops people of one arm where this
    is tiny, and then no effect can be believed.
    """
    if not (0 < holdout_share < 1 and people.num_rows):
        return None
    from tea_tasting import Experiment, SampleRatio  # noqa: PLC0415 - takes a second

    ratio = {"holdout": holdout_share, "treatment": 1 - holdout_share}
    counts = arm_counts(people)
    if not all(counts.values()):
        # An arm without anybody is no variant to the library.
        return float(ratio[max(counts, key=lambda arm: counts[arm])] ** people.num_rows)
    check = Experiment(split=SampleRatio(ratio), variant="arm")
    found = check.analyze(people.select(["arm"]), control="holdout")
    return float(found["split"].pvalue)


def _analysed(rows: pa.Table, *, cuped: bool) -> Any:
    from tea_tasting import Experiment, RatioOfMeans  # noqa: PLC0415 - takes a second

    foretold = {"numer_covariate": "x", "denom_covariate": "x_n"} if cuped else {}
    metric = RatioOfMeans("y", "n", **foretold, use_t=False, confidence_level=1 - ALPHA)
    experiment = Experiment(figure=metric, variant="arm")
    with warnings.catch_warnings():
        # Where the holdout may be 0 there is no relative interval, and it is NaN.
        warnings.simplefilter("ignore", RuntimeWarning)
        return experiment.analyze(rows, control="holdout")["figure"]


def _varies(column: pa.ChunkedArray) -> bool:
    ends = pc.min_max(column).as_py()
    return bool(ends["min"] != ends["max"])


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
