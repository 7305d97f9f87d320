"""The search for parameters: repeatable, and never worse than none."""

from dataclasses import replace

import pytest

from ml.features import Encoder
from ml.learning.boosting import PARAMETERS, Booster, Sample
from ml.learning.search import SEARCHED, search
from tests.ml.small import small_dataset

TRIALS = 5


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    # What is tried stands in the place of all that was given.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PARAMETERS, "num_threads", 1)
        yield


@pytest.fixture(scope="module")
def parts():
    dataset = small_dataset(2_000)
    encoder = Encoder.fitted("shopper", dataset.rows)
    matrix = encoder.matrix(dataset.rows)
    sample = Sample(matrix, dataset.y, 1 + 0 * dataset.y)
    booster = Booster(encoder.names, list(encoder.categories), 7)
    return booster, sample.part(slice(0, 1_400)), sample.part(slice(1_400, 2_000))


@pytest.fixture(scope="module")
def found(parts):
    return search(*parts, TRIALS)


def loss(parts, parameters):
    booster, learn, stop = parts
    tried = replace(booster, parameters=parameters)
    grown = tried.stopped_early(learn, stop, "")
    return grown.best_score["valid_0"]["cross_entropy"]


def test_so_many_are_tried_and_the_same_seed_finds_the_same(parts, found):
    told = []
    booster = replace(parts[0], report=lambda *step: told.append(step))
    assert search(booster, *parts[1:], TRIALS) == found
    assert told == [("parameters", n + 1, TRIALS) for n in range(TRIALS)]
    assert set(found) == set(SEARCHED)


def test_another_seed_tries_others(parts, found):
    assert search(replace(parts[0], seed=8), *parts[1:], TRIALS) != found


def test_what_is_found_is_no_worse_than_the_houses_own(parts, found):
    assert search(*parts, 1) == {name: PARAMETERS[name] for name in SEARCHED}
    assert loss(parts, found) <= loss(parts, {})


def test_what_does_best_is_taken(parts, monkeypatch):
    class Grown:
        def __init__(self, booster):
            rate = booster.parameters["learning_rate"]
            self.best_score = {"valid_0": {"cross_entropy": abs(rate - 0.07)}}

    monkeypatch.setattr(Booster, "stopped_early", lambda self, *_: Grown(self))
    rates = [abs(search(*parts, n)["learning_rate"] - 0.07) for n in (1, 5, 25)]
    assert rates[0] >= rates[1] >= rates[2]
    assert rates[0] == pytest.approx(0.02)
    assert rates[2] < 0.005
