"""A model is fitted on the past, and its worth is measured on what came later."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import expit

from ml.features import DERIVED, GROUPS
from ml.learning.boosting import MONOTONE
from ml.learning.calibration import fit_calibration
from ml.learning.fitting import TWIN_SHARE, Recipe, fit
from ml.quality.evaluation import figures
from store.errors import NotEnoughDataError
from tests.ml.small import FIRST_ON, outcomes, small_dataset

# One thread a model: others' tests run beside these.
QUICK = {"num_threads": 1, "learning_rate": 0.1}
RECIPE = Recipe("checkout", parameters=QUICK)


@pytest.fixture(scope="module")
def dataset():
    return small_dataset(2_500)


@pytest.fixture(scope="module")
def fitted(dataset):
    return fit(dataset, RECIPE)


def twin(fitted) -> str:
    return fitted.judged.model.booster.model_to_string()


def trees(fitted) -> str:
    return fitted.model.booster.model_to_string()


def test_from(fitted) -> date:
    return fitted.judged.test.span[0]


test_from.__test__ = False


def on_days(dataset, days, keep=None):
    """Return the same orders on other days."""
    column = pa.array(np.asarray(days, "datetime64[D]"), pa.date32())
    rows = dataset.rows.drop_columns("purchased_on").append_column(
        "purchased_on", column
    )
    gone = np.where(np.isnat(dataset.returned_on), np.datetime64("NaT"), days)
    later = gone + np.timedelta64(9, "D")
    moved = replace(dataset, rows=rows, returned_on=later.astype("datetime64[D]"))
    return moved if keep is None else moved.where(keep)


def changed(dataset, name, values):
    number = dataset.rows.column_names.index(name)
    rows = dataset.rows.set_column(number, name, pa.array(values))
    return replace(dataset, rows=rows)


def turned(dataset, where):
    return replace(dataset, y=np.where(where, 1 - dataset.y, dataset.y))


def test_later_orders_judge_what_earlier_ones_taught(dataset, fitted):
    first, last = dataset.span
    judged = fitted.judged
    assert (fitted.window_from, fitted.window_to) == (first, last)
    assert judged.test.span[1] == last
    assert len(judged.test.y) == pytest.approx(0.15 * len(dataset.y), rel=0.1)
    np.testing.assert_allclose(judged.risk, judged.model.risks(judged.test.rows))
    found = figures(judged.test.y, judged.risk)
    assert found["auc"] > 0.65
    assert found["ece"] < 0.1
    assert fitted.rounds > judged.model.booster.num_trees() > 5
    assert fitted.parameters == QUICK


def test_the_gap_and_all_after_it_teach_the_twin_nothing(dataset, fitted):
    gap = np.timedelta64(9, "D")  # a tenth of the history, as it is short of 300 days
    held_back = dataset.days >= np.datetime64(test_from(fitted)) - gap
    # The last that teach stop the growth: an order more or less there is felt at once.
    again = fit(turned(dataset, held_back), RECIPE)
    assert twin(again) == twin(fitted)
    assert again.judged.model.calibration.as_dict() == (
        fitted.judged.model.calibration.as_dict()
    )
    assert trees(again) != trees(fitted)
    assert not np.allclose(again.model.calibration.low[0], fitted.model.calibration.low)
    newest = dataset.days == np.datetime64(test_from(fitted)) - gap - 1
    other = fit(turned(dataset, newest), RECIPE)
    assert other.judged.model.calibration.as_dict() != (
        fitted.judged.model.calibration.as_dict()
    )


def test_labels_are_learned_as_they_were_known_at_the_first_judged_day(dataset):
    recipe = replace(RECIPE, gap_days=3)
    one = fit(dataset, recipe)
    known = dataset.as_known(test_from(one))
    early = dataset.days < np.datetime64(test_from(one))
    assert (known.y != dataset.y)[
        early & (dataset.days < np.datetime64(test_from(one)) - 3)
    ].any()
    later = replace(dataset, y=np.where(early, known.y, dataset.y))
    other = fit(later, recipe)
    assert twin(other) == twin(one)
    assert trees(other) != trees(one)


def test_the_calibration_is_of_orders_that_the_trees_did_not_learn(dataset):
    every_row = QUICK | {"bagging_fraction": 1.0}
    found = fit(dataset, replace(RECIPE, parameters=every_row))
    early = found.judged.model
    first_tree = early.booster.dump_model()["tree_info"][0]["tree_structure"]
    learned = first_tree["internal_count"]
    assert 0.55 < learned / len(dataset.y) < 0.7
    later = dataset.where(np.arange(len(dataset.y)) >= learned)
    expected = fit_calibration(early.scores(later.rows), later.y)
    for name, knots in expected.as_dict().items():
        np.testing.assert_allclose(getattr(found.model.calibration, name), knots)


def test_the_model_is_a_mean_of_what_earlier_and_all_orders_taught(fitted):
    model, early, later = fitted.model, fitted.judged.model, fitted.judged.test
    both = early.booster.num_trees() + fitted.rounds
    assert model.booster.num_trees() == both
    before = early.scores(later.rows)
    # The part that is not the twin's has learned these orders.
    after = (model.scores(later.rows) - TWIN_SHARE * before) / (1 - TWIN_SHARE)
    losses = [figures(later.y, expit(s))["log_loss"] for s in (before, after)]
    assert losses[1] < losses[0] - 0.01


def test_the_same_seed_gives_the_same_model(dataset, fitted):
    assert trees(fit(dataset, RECIPE)) == trees(fitted)
    assert trees(fit(dataset, replace(RECIPE, seed=8))) != trees(fitted)


def is_old(rows):
    return np.array(rows["age_band"].to_pylist()) == "50-54"


def test_weights_change_what_is_learned(dataset):
    # Old buyers regret what is cheap, the others what is dear.
    bands = set(dataset.rows["age_band"].to_pylist())
    dataset = turned(dataset, is_old(dataset.rows))
    found = [
        fit(dataset, replace(RECIPE, band_shares=shares))
        for shares in ({}, {b: 0.5 if b == "50-54" else 0.0625 for b in bands})
    ]
    plain, weighed = (
        figures(f.judged.test.y[old_later], f.judged.risk[old_later])["log_loss"]
        for f in found
        for old_later in [is_old(f.judged.test.rows)]
    )
    assert weighed < plain - 0.1
    assert twin(found[0]) != twin(found[1])


def test_a_short_history_spares_a_smaller_gap(dataset):
    days = np.datetime64(FIRST_ON) + np.arange(2_500) * 40 // 2_500
    short = on_days(dataset, days)
    found = fit(short, RECIPE)
    gap = np.timedelta64((short.span[1] - short.span[0]).days // 10, "D")
    assert gap == np.timedelta64(3, "D")
    held_back = short.days >= np.datetime64(test_from(found)) - gap
    assert twin(fit(turned(short, held_back), RECIPE)) == twin(found)
    assert figures(found.judged.test.y, found.judged.risk)["auc"] > 0.6


@pytest.mark.parametrize("lull", [(20, 50), (62, 90), (79, 99)])
def test_days_without_orders_break_nothing(dataset, lull):
    number = (dataset.days - np.datetime64(FIRST_ON)).astype(int)
    calm = dataset.where((number < lull[0]) | (number >= lull[1]))
    found = fit(calm, RECIPE)
    since = (test_from(found) - FIRST_ON).days
    assert not lull[0] <= since < lull[1]
    assert len(found.judged.test.y) > 0.1 * len(calm.y)


def test_days_of_many_orders_are_not_cut(dataset):
    days = np.datetime64(FIRST_ON) + np.minimum(np.arange(2_500) // 20, 90)
    found = fit(on_days(dataset, days), RECIPE)
    assert test_from(found) == FIRST_ON + timedelta(90)
    assert len(found.judged.test.y) == 700


def silent_but(dataset, coded):
    silent = (dataset.y == 1) & ~coded
    return replace(dataset, y=np.where(silent, 0.6, dataset.y), coded=~silent)


def test_silent_returns_teach_and_do_not_judge(dataset, fitted):
    half = np.random.default_rng(5).random(len(dataset.y)) < 0.5
    found = fit(silent_but(dataset, half), RECIPE)
    assert found.judged.test.coded.all()
    assert len(found.judged.risk) == len(found.judged.test.y)
    assert len(found.judged.test.y) < len(fitted.judged.test.y)
    assert set(found.judged.test.y) == {0, 1}
    # What is believed of them counts as 0.6 of regret each, which is 0.8 of all.
    ratio = found.model.risks(dataset.rows).mean() / dataset.y.mean()
    assert ratio == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("part", ["learn", "stop", "test"])
@pytest.mark.parametrize("common", [0, 1])
def test_each_part_of_the_time_needs_both_kinds(dataset, part, common):
    spans = {"learn": (0, 65), "stop": (63, 77), "test": (84, 100)}
    first, end = spans[part]
    number = (dataset.days - np.datetime64(FIRST_ON)).astype(int)
    here = (number >= first) & (number < end)
    one_sided = replace(dataset, y=np.where(here, common, dataset.y))
    with pytest.raises(NotEnoughDataError, match="at least 10 of either kind") as said:
        fit(one_sided, RECIPE)
    assert "count as regret" in str(said.value)
    assert "a longer history" in str(said.value)


@pytest.mark.parametrize("value", [None, 1.0])
def test_columns_that_tell_nothing_are_an_error(dataset, value):
    same = pa.table(
        {
            name: pa.array(
                [value if column.type == pa.float64() else None] * len(dataset.y),
                column.type,
            )
            for name, column in zip(
                dataset.rows.column_names, dataset.rows.columns, strict=True
            )
            if name != "purchased_on"
        }
    ).append_column("purchased_on", dataset.rows["purchased_on"])
    with pytest.raises(NotEnoughDataError, match="no column tells") as said:
        fit(replace(dataset, rows=same), RECIPE)
    assert "Import " in str(said.value)


@pytest.mark.parametrize("count", [1, 10])
def test_a_handful_of_orders_is_an_error(count):
    with pytest.raises(NotEnoughDataError, match="longer history"):
        fit(small_dataset(count), RECIPE)


@pytest.fixture(scope="module")
def misled(dataset):
    """A model of orders in which chance, and more, says the contrary of the rule."""
    y = outcomes(dataset.rows)
    rng = np.random.default_rng(3)
    for name, sign in MONOTONE.items():
        values = dataset.rows[name].to_numpy()
        high = (values > np.median(values)) == (sign > 0)
        y = np.where(high & (rng.random(len(y)) < 0.2), 0, y)
    return fit(replace(dataset, y=y), RECIPE).model


@pytest.mark.parametrize("name", MONOTONE)
def test_the_rules_hold_whatever_orders_say(dataset, misled, name):
    assert name in GROUPS["checkout"]
    assert name not in DERIVED
    values = np.quantile(dataset.rows[name], np.linspace(0, 1, 25))
    few = dataset.where(np.arange(len(dataset.y)) % 10 == 0)
    scores = [
        misled.scores(changed(few, name, np.full(len(few.y), value)).rows)
        for value in values
    ]
    steps = np.diff(scores, axis=0) * MONOTONE[name]
    assert steps.min() >= -1e-9


def test_without_a_rule_orders_have_the_say(dataset, misled):
    values = np.quantile(dataset.rows["price_usd"], [0.05, 0.95])
    low, high = (
        misled.scores(changed(dataset, "price_usd", np.full(len(dataset.y), v)).rows)
        for v in values
    )
    assert (high - low).mean() > 0.5
