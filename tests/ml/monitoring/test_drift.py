import numpy as np
import pytest

from ml.monitoring.drift import ALPHA, LEAST_PSI, SCORE, find_drift, stability_index
from ml.monitoring.reference import Distribution, Reference

NAMES = ["even", "skewed", "count", "category", "holes"]
CHECKS = 150


def columns(count, rng):
    matrix = np.column_stack(
        [
            rng.random(count),
            rng.lognormal(0, 2, count),
            rng.poisson(0.3, count),
            np.minimum(rng.geometric(0.4, count) - 1, 40),
            np.where(rng.random(count) < 0.3, np.nan, rng.normal(0, 1, count)),
        ]
    )
    return matrix, rng.normal(-1, 1, count)


def reference_of(count, rng):
    return Reference.fitted(NAMES, *columns(count, rng), ["category"])


@pytest.mark.parametrize("count", [200, 2_000, 50_000])
def test_where_nothing_has_moved_it_seldom_says_so(count):
    rng = np.random.default_rng(count)
    alarms = 0
    for _ in range(CHECKS if count < 50_000 else 60):
        found = find_drift(reference_of(max(count, 1_000), rng), *columns(count, rng))
        alarms += any(each.drifted for each in found)
    # Three standard deviations of a count with that chance.
    checks = CHECKS if count < 50_000 else 60
    assert alarms <= ALPHA * checks + 3 * np.sqrt(ALPHA * (1 - ALPHA) * checks)


def test_the_threshold_follows_the_noise_of_small_samples(monkeypatch):
    """Without the least PSI, the share of false alarms is near what it is to be."""
    monkeypatch.setattr("ml.monitoring.drift.LEAST_PSI", 0.0)
    rng = np.random.default_rng(3)
    alarms = [
        any(
            each.drifted
            for each in find_drift(reference_of(2_000, rng), *columns(2_000, rng))
        )
        for _ in range(300)
    ]
    assert 0.01 <= np.mean(alarms) <= 0.1


@pytest.mark.parametrize("count", [200, 2_000])
@pytest.mark.parametrize("moved", [*range(len(NAMES)), SCORE])
def test_what_has_moved_is_found(count, moved):
    rng = np.random.default_rng(7)
    reference = reference_of(5_000, rng)
    matrix, scores = columns(count, rng)
    if moved == SCORE:
        scores = scores + 1
    elif NAMES[moved] == "category":
        matrix[:, moved] = rng.integers(0, 4, count)
    elif NAMES[moved] == "count":
        matrix[:, moved] += rng.poisson(0.7, count)
    elif NAMES[moved] == "holes":
        matrix[:, moved] = np.nan
    else:
        matrix[:, moved] = matrix[:, moved] * 0.5
    found = find_drift(reference, matrix, scores)
    first = found[0]
    assert first.feature == (SCORE if moved == SCORE else NAMES[moved])
    assert first.drifted
    assert [each.feature for each in found if each.drifted] == [first.feature]


def test_few_rows_say_nothing():
    rng = np.random.default_rng(1)
    assert find_drift(reference_of(1_000, rng), *columns(199, rng)) == []


def test_the_index_is_what_it_is_defined_to_be():
    reference = Distribution([0.5], [0.5, 0.5, 0.0], 1_000_000, 0, 1)
    column = np.array([0.0] * 300_000 + [1.0] * 700_000)
    index, freedom = stability_index(reference, column)
    expected = (0.3 - 0.5) * np.log(0.3 / 0.5) + (0.7 - 0.5) * np.log(0.7 / 0.5)
    assert index == pytest.approx(expected, rel=1e-4)
    assert freedom == 1


def test_a_column_of_one_value_can_be_compared():
    same = np.ones(500)
    reference = Reference.fitted(["one"], same[:, None], same)
    found = find_drift(reference, same[:, None], same)
    assert [(each.psi, each.threshold) for each in found] == [(0, LEAST_PSI)] * 2
    moved = find_drift(reference, same[:, None] * 2, same)
    assert moved[0].drifted
