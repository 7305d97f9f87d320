import math

import numpy as np
import pyarrow as pa
import pytest

from interventions.experiments.effects import (
    KEPT_MONEY,
    RETURN_RATE,
    effect_of,
    split_p_value,
)
from interventions.experiments.looks import any_time_half_width


def people(count: int, lift: float = 0.0, seed: int = 1, holdout: float = 0.3):
    """Return people whose returns are foretold in part; `lift` is the true effect."""
    rng = np.random.default_rng(seed)
    treated = rng.random(count) >= holdout
    orders = rng.integers(1, 4, count)
    risk = rng.beta(2, 3, count)
    returned = rng.binomial(orders, np.clip(risk + lift * treated, 0, 1))
    return pa.table(
        {
            "arm": np.where(treated, "treatment", "holdout"),
            "orders": orders,
            "returned": returned,
            "expected": risk * orders,
            "paid_orders": orders,
            "kept": (orders - returned) * 2_000.0,
            "expected_kept": (1 - risk) * orders * 2_000.0,
        }
    )


def test_a_plain_difference_is_that_of_the_shares():
    rows = people(4_000, lift=-0.1)
    effect = effect_of(rows, RETURN_RATE, 4_000, cuped=False)
    share = {}
    for arm in ("holdout", "treatment"):
        mine = rows.filter(pa.compute.equal(rows["arm"], arm))
        share[arm] = sum(mine["returned"].to_pylist()) / sum(mine["orders"].to_pylist())
    assert effect.holdout == pytest.approx(share["holdout"])
    assert effect.difference == pytest.approx(share["treatment"] - share["holdout"])
    assert effect.relative == pytest.approx(effect.difference / share["holdout"])
    assert effect.low < effect.difference < effect.high
    assert effect.any_time_low < effect.low
    assert effect.any_time_high > effect.high


@pytest.mark.parametrize("figure", [RETURN_RATE, KEPT_MONEY])
def test_what_was_foretold_makes_the_interval_narrower(figure):
    rows = people(6_000, lift=-0.1, seed=3)
    plain = effect_of(rows, figure, 6_000, cuped=False)
    cuped = effect_of(rows, figure, 6_000)
    assert cuped.method == "CUPED"
    assert cuped.high - cuped.low < 0.95 * (plain.high - plain.low)
    assert cuped.low < (-0.1 if figure is RETURN_RATE else 200) < cuped.high


@pytest.mark.parametrize("cuped", [True, False])
def test_intervals_hold_the_truth_as_often_as_they_say(cuped):
    held = 0
    for seed in range(200):
        effect = effect_of(
            people(600, lift=-0.1, seed=seed), RETURN_RATE, 600, cuped=cuped
        )
        held += effect.low <= -0.1 <= effect.high
    # 190 of 200, give or take three standard errors.
    assert 180 <= held <= 199


def test_who_looks_every_day_is_rarely_fooled_by_the_any_time_interval():
    rng = np.random.default_rng(5)
    fooled, peeked = 0, 0
    for _ in range(400):
        drawn = rng.normal(size=2_000)
        looks = np.arange(50, 2_001, 50)
        means = np.cumsum(drawn)[looks - 1] / looks
        se = 1 / np.sqrt(looks)
        half = [
            any_time_half_width(s, int(n), 1_000, 0.05)
            for s, n in zip(se, looks, strict=True)
        ]
        fooled += bool((abs(means) > half).any())
        peeked += bool((abs(means) > 1.96 * se).any())
    assert fooled <= 400 * 0.05 + 3 * math.sqrt(400 * 0.05 * 0.95)
    assert peeked > 400 * 0.2


def test_it_is_narrowest_near_the_planned_number():
    def ratio(people):
        return any_time_half_width(1, people, 1_000, 0.05)

    assert ratio(1_000) < min(ratio(30), ratio(100_000))
    assert ratio(1_000) > 1.96


def test_questions_asked_together_get_wider_any_time_intervals_alone():
    rows = people(2_000)
    one = effect_of(rows, RETURN_RATE, 2_000)
    ten = effect_of(rows, RETURN_RATE, 2_000, questions=10)
    assert (ten.low, ten.high) == (one.low, one.high)
    assert ten.any_time_high > one.any_time_high


def test_too_few_people_have_no_effect():
    rows = people(2_000, holdout=0.01)
    assert effect_of(rows, RETURN_RATE, 2_000) is None
    assert effect_of(rows.slice(0, 0), RETURN_RATE, 2_000) is None


def test_where_nothing_came_back_there_is_nothing_to_compare():
    rows = people(500)
    none = pa.array(np.zeros(500, dtype="int64"))
    rows = rows.set_column(rows.column_names.index("returned"), "returned", none)
    assert effect_of(rows, RETURN_RATE, 500) is None


def test_a_broken_split_is_seen():
    rows = people(20_000, seed=9)
    assert split_p_value(rows, 0.3) > 0.001
    keep = pa.array(
        [
            arm == "holdout" or n % 12 > 0
            for n, arm in enumerate(rows["arm"].to_pylist())
        ]
    )
    assert split_p_value(rows.filter(keep), 0.3) < 0.001


def test_a_split_that_lost_a_whole_arm_is_seen():
    rows = people(500)
    treated = rows.filter(pa.compute.equal(rows["arm"], "treatment"))
    assert split_p_value(treated, 0.3) < 1e-10
    assert split_p_value(treated.slice(0, 0), 0.3) is None
    assert split_p_value(rows, 0.0) is None
