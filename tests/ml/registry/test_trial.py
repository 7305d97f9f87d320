from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sklearn.metrics import log_loss

from ml.registry.models import models_folder
from ml.registry.roles import promote
from ml.registry.trial import (
    LEAST_ORDERS,
    LEAST_POSITIVES,
    MOST_CHALLENGERS,
    SURE,
    compare,
    first_trial,
    retry_challengers,
)
from ml.registry.versions import all_models, challengers, champion_row
from tests.ml.small import FIRST_ON, registered, small_dataset, small_model

# With more they would know by heart the very orders that they are calibrated on.
FEW_TREES = 10


@pytest.fixture(scope="module")
def dataset():
    return small_dataset()


@pytest.fixture(scope="module")
def good(dataset):
    """Learned what there is to learn in the first half."""
    past = dataset.between(FIRST_ON, FIRST_ON + timedelta(50))
    return small_model(past.rows, past.y, rounds=FEW_TREES)


@pytest.fixture(scope="module")
def bad(dataset):
    """Learned from outcomes that hang on nothing."""
    past = dataset.between(FIRST_ON, FIRST_ON + timedelta(50))
    shuffled = np.random.default_rng(1).permutation(past.y)
    return small_model(past.rows, shuffled, rounds=FEW_TREES)


@pytest.fixture
def try_first(database, dataset):
    """Register a model and let it compete, the model itself being its twin."""

    def try_first(model, test=None, **registering):
        version = registered(database, model, **registering)
        test = dataset.between(FIRST_ON + timedelta(50), FIRST_ON + timedelta(100))
        return first_trial(
            database, database.settings, version, test, model.risks(test.rows)
        )

    return try_first


def served(database):
    row = champion_row(database, "shopper")
    return row and row.version


def test_the_first_model_is_served_at_once(database, try_first, bad):
    trial = try_first(bad)
    assert (trial.role, trial.why) == ("champion", "there was no champion yet")
    assert served(database) == trial.version
    assert trial.as_dict()["champion_log_loss"] is None


def test_a_better_one_takes_its_place(database, try_first, bad, good):
    try_first(bad)
    trial = try_first(good, hours=1)
    assert trial.role == "champion"
    assert "log loss is lower" in trial.why
    assert trial.challenger["log_loss"] < trial.champion["log_loss"]
    assert trial.challenger["auc"] > trial.champion["auc"]
    assert trial.n == trial.as_dict()["trial_n"] >= LEAST_ORDERS
    assert served(database) == trial.version


def test_a_worse_one_is_retired(database, try_first, bad, good):
    first = try_first(good)
    trial = try_first(bad, hours=1)
    assert trial.role == "retired"
    assert "log loss is higher" in trial.why
    assert served(database) == first.version
    assert challengers(database, "shopper") == []


def test_one_as_good_waits(database, try_first, good):
    first = try_first(good)
    trial = try_first(good, hours=1)
    assert (trial.role, trial.champion) == ("challenger", trial.challenger)
    assert served(database) == first.version
    assert [row.version for row in challengers(database, "shopper")] == [trial.version]


def test_orders_the_champion_learned_from_do_not_count(database, try_first, bad, good):
    first = try_first(bad, learned_days=95)
    trial = try_first(good, hours=1)
    assert trial.role == "challenger"
    later = small_dataset().days >= np.datetime64(FIRST_ON + timedelta(95))
    assert trial.n == later.sum() < LEAST_ORDERS
    assert str(trial.n) in trial.why
    assert served(database) == first.version


def test_too_few_regretted_ones_decide_nothing(database, dataset, bad, good, try_first):
    try_first(bad)
    version = registered(database, good, hours=1)
    test = dataset.between(FIRST_ON + timedelta(50), FIRST_ON + timedelta(100))
    few = np.flatnonzero(test.y == 1)[: LEAST_POSITIVES - 1]
    picked = test.y == 0
    picked[few] = True
    test = test.where(picked)
    trial = first_trial(
        database, database.settings, version, test, good.risks(test.rows)
    )
    assert (trial.role, trial.n) == ("challenger", len(test.y))
    assert f"{LEAST_POSITIVES - 1} regret" in trial.why


@pytest.mark.parametrize("damage", ["gone", "older", "changed"])
def test_a_champion_that_can_not_be_loaded_gives_way(
    database, try_first, good, bad, damage
):
    first = try_first(good)
    file = models_folder(database.settings) / f"{first.version}.json"
    if damage == "gone":
        file.unlink()
    elif damage == "changed":
        file.write_bytes(file.read_bytes() + b" ")
    else:
        content = file.read_bytes().replace(b'"format": 2', b'"format": 1')
        file.write_bytes(content)
        _register_as_it_is(database, first.version, content)
    trial = try_first(bad, hours=1)
    assert trial.role == "champion"
    assert "can't be used any more" in trial.why


def _register_as_it_is(database, version, content):
    import hashlib

    from store.tables import ModelVersion

    with database.writing() as session:
        row = session.get(ModelVersion, version)
        row.sha256 = hashlib.sha256(content).hexdigest()


def test_a_champion_of_another_target_gives_way(database, try_first, good, bad):
    try_first(good, target="returned")
    trial = try_first(bad, hours=1)
    assert trial.role == "champion"
    assert "returned" in trial.why


def retried(database, dataset):
    return retry_challengers(database, database.settings, dataset, "shopper")


def test_one_that_waited_is_served_when_later_orders_say_so(
    database, dataset, try_first, bad, good
):
    try_first(bad, learned_days=95)
    waiting = try_first(good, hours=1, learned_days=98)
    assert [trial.role for trial in retried(database, dataset)] == ["challenger"]
    # A hundred days later: orders that both know nothing of.
    later = small_dataset(seed=9)
    days = later.rows["purchased_on"].to_numpy() + np.timedelta64(100, "D")
    rows = later.rows.drop_columns("purchased_on").append_column(
        "purchased_on", [days.astype("datetime64[D]")]
    )
    (trial,) = retried(database, replace(later, rows=rows))
    assert (trial.version, trial.role) == (waiting.version, "champion")
    assert trial.n == len(later.y)
    assert served(database) == waiting.version


def test_only_known_outcomes_after_both_windows_are_compared(
    database, dataset, try_first, bad, good
):
    try_first(bad, learned_days=95)
    try_first(good, hours=1, learned_days=60)
    half = replace(dataset, coded=np.arange(len(dataset.y)) % 2 == 0)
    (trial,) = retried(database, half)
    after = dataset.days >= np.datetime64(FIRST_ON + timedelta(95))
    assert trial.n == (after & half.coded).sum() > 0


def test_one_whose_file_is_gone_is_retired(database, dataset, try_first, good):
    try_first(good)
    waiting = try_first(good, hours=1)
    (models_folder(database.settings) / f"{waiting.version}.json").unlink()
    (trial,) = retried(database, dataset)
    assert (trial.role, challengers(database, "shopper")) == ("retired", [])


def test_a_lost_champion_does_not_retire_those_who_wait(
    database, dataset, try_first, good
):
    first = try_first(good)
    try_first(good, hours=1)
    (models_folder(database.settings) / f"{first.version}.json").unlink()
    (trial,) = retried(database, dataset)
    assert trial.role == "challenger"
    assert len(challengers(database, "shopper")) == 1


def test_a_few_wait_at_most(database, dataset, try_first, good):
    first = try_first(good)
    for hours in range(1, MOST_CHALLENGERS + 3):
        registered(database, good, hours=hours)
    retried(database, dataset)
    waiting = challengers(database, "shopper")
    assert len(waiting) == MOST_CHALLENGERS
    assert all_models(database)[0].version == waiting[0].version
    assert served(database) == first.version


def test_a_champion_made_meanwhile_stays(database, try_first, good, bad, monkeypatch):
    try_first(bad)
    other = registered(database, bad, hours=1)

    def meanwhile(*args):
        promote(database, database.settings, other, actor="ada", why="")
        return 5.0

    monkeypatch.setattr("ml.registry.trial.compare", meanwhile)
    trial = try_first(good, hours=2)
    assert (trial.role, served(database)) == ("challenger", other)
    assert "meanwhile" in trial.why


def test_losses_are_compared_in_pairs():
    rng = np.random.default_rng(1)
    true = rng.uniform(0.05, 0.6, 4_000)
    y = (rng.random(4_000) < true).astype(float)
    noisy = np.clip(true + rng.normal(0, 0.1, 4_000), 0.01, 0.99)
    assert compare(y, noisy, true) > SURE
    assert compare(y, true, noisy) == pytest.approx(-compare(y, noisy, true))
    assert compare(y, true, true) == 0
    gain = log_loss(y, noisy) - log_loss(y, true)
    assert gain > 0
    # So small a difference of the means would be lost among unpaired losses.
    spread = np.std(np.where(y == 1, -np.log(true), -np.log(1 - true)))
    assert compare(y, noisy, true) > 2 * gain / (spread * np.sqrt(2 / len(y)))


def test_equals_are_seldom_told_apart():
    rng = np.random.default_rng(5)
    sure = []
    for _ in range(400):
        true = rng.uniform(0.05, 0.6, 400)
        y = (rng.random(400) < true).astype(float)
        one, other = (
            np.clip(true + rng.normal(0, 0.05, 400), 0.01, 0.99) for _ in range(2)
        )
        sure.append(compare(y, one, other) > SURE)
    assert np.mean(sure) < 0.08


def test_one_that_tells_another_target_than_the_orders_waits(
    database, dataset, try_first, bad, good
):
    try_first(bad, target="returned")
    waiting = registered(database, good, target="returned", hours=1)
    (trial,) = retried(database, dataset)
    assert (trial.version, trial.role, trial.n) == (waiting, "challenger", 0)
    assert "orders now tell regret" in trial.why
