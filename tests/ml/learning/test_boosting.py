"""How trees are grown here."""

from dataclasses import replace

import numpy as np
import pytest

from ml.features import GROUPS, Encoder
from ml.learning.boosting import PARAMETERS, PATIENCE_ROUNDS, Booster, Sample
from tests.ml.small import small_dataset

STEP = "earlier orders"


@pytest.fixture(scope="module")
def sample():
    dataset = small_dataset(2_000)
    matrix = Encoder.fitted("checkout", dataset.rows).matrix(dataset.rows)
    return Sample(matrix, dataset.y, np.ones(len(dataset.y)))


@pytest.fixture
def booster():
    return Booster(
        list(GROUPS["checkout"]),
        ["category", "brand", "channel"],
        seed=3,
        parameters={"learning_rate": 0.1, "num_threads": 1},
    )


def test_growth_stops_where_it_helps_no_more(booster, sample):
    told = []
    booster = replace(booster, report=lambda *step: told.append(step))
    learn, stop = sample.part(slice(0, 1_500)), sample.part(slice(1_500, 2_000))
    grown = booster.stopped_early(learn, stop, STEP)
    rounds = grown.best_iteration
    assert grown.num_trees() == rounds
    assert [(step, done) for step, done, _ in told] == [
        (STEP, n + 1) for n in range(rounds + PATIENCE_ROUNDS)
    ]
    more = booster.fixed(learn, rounds + PATIENCE_ROUNDS, STEP)
    losses = [_loss(more, stop, n) for n in range(1, more.num_trees() + 1)]
    assert np.argmin(losses) == rounds - 1


def _loss(grown, sample, rounds):
    risk = grown.predict(sample.X, num_iteration=rounds)
    return -np.mean(np.where(sample.y == 1, np.log(risk), np.log(1 - risk)))


def test_rows_that_stop_the_growth_are_not_learned(booster, sample):
    learn, stop = sample.part(slice(0, 1_500)), sample.part(slice(1_500, 2_000))
    turned = replace(stop, y=1 - stop.y)
    grown = [booster.stopped_early(learn, s, STEP) for s in (stop, turned)]
    first = [each.predict(stop.X, num_iteration=1) for each in grown]
    np.testing.assert_array_equal(*first)
    assert grown[0].best_iteration > grown[1].best_iteration


def test_so_many_trees_are_grown(booster, sample):
    told = []
    booster = replace(booster, report=lambda *step: told.append(step))
    grown = booster.fixed(sample, 12, "all orders")
    assert grown.num_trees() == 12
    assert told == [("all orders", n + 1, 12) for n in range(12)]
    assert grown.feature_name() == booster.names


def test_what_is_given_stands_over_the_houses_own(booster):
    found = booster.all_parameters
    assert (found["learning_rate"], found["seed"]) == (0.1, 3)
    assert found["num_leaves"] == PARAMETERS["num_leaves"]
    rules = dict(zip(booster.names, found["monotone_constraints"], strict=True))
    assert {name: rule for name, rule in rules.items() if rule} == {
        "return_rate": 1,
        "customer_return_rate": 1,
        "regret_talk": 1,
        "resale_drop": 1,
        "sentiment_score": -1,
        "rating_mean": -1,
    }


def test_a_row_of_weight_two_is_two_rows(booster, sample):
    few = sample.part(slice(0, 600))
    twice = Sample(*(np.concatenate([v, v]) for v in (few.X, few.y, few.weight)))
    # Nothing random, and nothing that counts rows as such.
    plain = {"bagging_freq": 0, "feature_fraction": 1.0, "min_data_in_leaf": 1}
    plain |= booster.parameters | {"min_data_in_bin": 1}
    booster = replace(booster, categorical=[], parameters=plain)
    heavy = booster.fixed(replace(few, weight=2 * few.weight), 5, STEP)
    double = booster.fixed(twice, 5, STEP)
    light = booster.fixed(few, 5, STEP)
    scores = [each.predict(few.X) for each in (heavy, double, light)]
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-6)
    assert np.abs(scores[0] - scores[2]).max() > 0.02


def test_a_share_counts_as_so_much_of_either_kind(booster, sample):
    halves = replace(sample, y=np.full(len(sample.y), 0.3))
    assert booster.fixed(halves, 5, STEP).predict(sample.X) == pytest.approx(0.3)
