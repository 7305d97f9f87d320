"""Groups are found, and called wrong only when they are."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from ml.quality.groups import group_figures
from ml.quality.measured import quality

STAGES = ["Rising", "Peak", "Decline", "Death", None]


def orders(count: int = 6_000, product_count: int = 300, seed: int = 3):
    """Return orders of all kinds and the risk of each."""
    rng = np.random.default_rng(seed)
    product = rng.integers(0, product_count, count)
    rows = pa.table(
        {
            "product_id": [f"p{number}" for number in product],
            "purchased_on": pa.array([date(2026, 5, 1)] * count),
            "age_band": [("20-24", "5-9", "80+", None)[n % 4] for n in range(count)],
            "category": [("bags", "home", None)[n] for n in product % 3],
            "income_decile": pa.array(
                [(*range(1, 11), None)[n] for n in rng.integers(0, 11, count)],
                pa.int64(),
            ),
            "stage": pa.array([STAGES[n] for n in product % 5], pa.string()),
        }
    )
    return rows, rng.beta(2, 6, count), rng


def named(found):
    return {(group.by, group.group): group for group in found}


def test_every_order_is_in_one_group_of_each_kind():
    rows, risk, rng = orders()
    found = group_figures(rows, (rng.random(len(risk)) < risk) * 1.0, risk)
    for by in ("age_band", "category", "income_group", "stage"):
        assert sum(g.n for g in found if g.by == by) == len(risk)
    ages = [g.group for g in found if g.by == "age_band"]
    assert ages == ["5-9", "20-24", "80+", "not known"]
    assert [g.group for g in found if g.by == "stage"] == [*STAGES[:4], "no trend"]
    income = rows["income_decile"].to_numpy()
    groups = named(found)
    for name, deciles in (("1-3", (1, 3)), ("4-7", (4, 7)), ("8-10", (8, 10))):
        low, high = deciles
        group = groups["income_group", f"deciles {name}"]
        assert group.n == ((income >= low) & (income <= high)).sum()


def test_a_group_has_its_own_figures():
    rows, risk, rng = orders()
    y = (rng.random(len(risk)) < risk) * 1.0
    bags = np.array([c == "bags" for c in rows["category"].to_pylist()])
    group = named(group_figures(rows, y, risk))["category", "bags"]
    assert group.n == bags.sum()
    assert group.auc == roc_auc_score(y[bags], risk[bags])
    assert group.base_rate == y[bags].mean()
    assert group.gap == pytest.approx(risk[bags].mean() - y[bags].mean())
    assert group.gap_low < group.gap < group.gap_high
    weight = 1 + 4 * y
    weighted = named(group_figures(rows, y, risk, weight))["category", "bags"]
    rate = np.average(y[bags], weights=weight[bags])
    assert weighted.base_rate == pytest.approx(rate)
    assert weighted.gap_low < weighted.gap < 0 < group.gap_high


def test_an_age_that_is_warned_too_much_is_named_and_no_other():
    rows, risk, rng = orders(12_000)
    young = np.array([age == "5-9" for age in rows["age_band"].to_pylist()])
    y = (rng.random(len(risk)) < np.where(young, risk * 0.7, risk)) * 1.0
    found = group_figures(rows, y, risk)
    wrong = [g.group for g in found if g.beyond_chance and g.by == "age_band"]
    assert wrong == ["5-9"]
    assert named(found)["age_band", "5-9"].gap_low > 0


def test_a_model_that_is_right_is_rarely_called_wrong():
    named_wrong, held = 0, []
    for seed in range(20):
        rows, risk, rng = orders(2_000, seed=seed)
        found = group_figures(rows, (rng.random(2_000) < risk) * 1.0, risk)
        named_wrong += any(group.beyond_chance for group in found)
        held += [group.gap_low <= 0 <= group.gap_high for group in found]
    assert named_wrong <= 5
    assert 0.86 < np.mean(held) < 0.97


def test_orders_of_one_product_are_no_proof_of_each_other():
    # Whole products are better or worse than was said, none for its group's sake.
    wrong = held = count = 0
    for seed in range(20):
        rows, risk, rng = orders(3_000, product_count=60, seed=seed)
        number = np.array([int(p[1:]) for p in rows["product_id"].to_pylist()])
        chance = np.clip(risk + rng.normal(0, 0.12, 60)[number], 0, 1)
        y = (rng.random(len(risk)) < chance) * 1.0
        moved = chance.mean() - risk.mean()
        stages = [
            g
            for g in group_figures(rows, y, np.clip(risk + moved, 0, 1))
            if g.by == "stage"
        ]
        held += sum(g.gap_low <= 0 <= g.gap_high for g in stages)
        count += len(stages)
        wrong += sum(g.beyond_chance for g in stages)
    # As if each order stood alone it is 0.6 and every sixth.
    assert held / count > 0.8
    assert wrong / count < 0.08


def test_small_groups_are_not_shown_and_few_outcomes_not_ranked():
    rows, risk, _ = orders(4 * 50)
    shown = [g for g in group_figures(rows, risk * 0, risk) if g.by == "age_band"]
    assert [group.n for group in shown] == [50] * 4
    shown = group_figures(rows.slice(4), risk[4:] * 0, risk[4:])
    assert "age_band" not in {group.by for group in shown}
    rows, risk, _ = orders(400)
    y = np.zeros(400)
    y[:29] = 1
    found = group_figures(rows, y, risk)
    assert found
    assert {group.auc for group in found} == {None}


def test_what_is_kept_of_it_is_plain_json():
    rows, risk, rng = orders(200)
    y = (rng.random(200) < risk) * 1.0
    kept = quality(rows, y, risk)
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert (kept["judged_from"], kept["weighted"]) == ("2026-05-01", False)
    assert quality(rows, y, risk, np.ones(200))["weighted"]
    nothing = quality(rows, np.zeros(200), np.zeros(200))
    assert nothing["auc"] is None
    assert not any(group["beyond_chance"] for group in nothing["groups"])
    json.dumps(nothing, allow_nan=False)
