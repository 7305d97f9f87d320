"""Figures by hand, and as scikit-learn has them of repeated rows."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import beta

from ml.quality.evaluation import (
    calibration_table,
    expected_calibration_error,
    figures,
    histogram,
    net_benefit,
)


@pytest.fixture
def sample():
    rng = np.random.default_rng(5)
    risk = rng.beta(2, 6, 2_000)
    return (rng.random(2_000) < risk).astype(float), risk


def test_a_row_of_weight_two_counts_as_two_rows(sample):
    y, risk = sample
    weight = np.random.default_rng(1).integers(1, 4, len(y))
    once = figures(y, risk, weight.astype(float))
    twice = figures(np.repeat(y, weight), np.repeat(risk, weight))
    for name in ("auc", "pr_auc", "brier", "log_loss", "base_rate", "mean_risk"):
        assert once[name] == pytest.approx(twice[name]), name
    assert (once["n"], twice["n"]) == (2_000, weight.sum())
    alike = figures(y, risk, np.full(len(y), 7.0))
    assert alike == pytest.approx(figures(y, risk))
    for at, of_all in zip(
        net_benefit(y, risk, weight.astype(float)),
        net_benefit(np.repeat(y, weight), np.repeat(risk, weight)),
        strict=True,
    ):
        assert at == pytest.approx(of_all)


def test_weights_move_the_calibration_error():
    y, risk = np.array([1.0, 0.0] * 30), np.full(60, 0.5)
    assert expected_calibration_error(y, risk) == 0
    assert expected_calibration_error(y, risk, 1 + 2 * y) == pytest.approx(0.25)
    assert figures(y, risk, 1 + 2 * y)["ece"] == pytest.approx(0.25)


def test_of_one_outcome_alone_there_is_no_ranking():
    found = figures(np.zeros(50), np.full(50, 0.1))
    assert (found["auc"], found["pr_auc"]) == (None, None)
    assert found["brier"] == pytest.approx(0.01)


def test_tenths_hold_all_rows_from_the_lowest_risk_up(sample):
    y, risk = sample
    table = calibration_table(y, risk)
    assert [b["n"] for b in table] == [200] * 10
    assert table[0]["risk_from"] == risk.min()
    assert table[-1]["risk_to"] == risk.max()
    for before, after in pairwise(table):
        assert before["risk_to"] <= after["risk_from"]
    worst = np.sort(risk)[-200:]
    hits = y[np.argsort(risk)[-200:]].sum()
    assert table[-1]["mean_risk"] == pytest.approx(worst.mean())
    low, high = beta.ppf([0.05, 0.95], hits + 0.5, 200 - hits + 0.5)
    assert (table[-1]["low"], table[-1]["high"]) == pytest.approx((low, high))


def test_unequal_weights_widen_the_interval(sample):
    y, risk = sample
    uneven = np.where(np.arange(len(y)) % 2, 10.0, 0.1)
    plain, weighted = calibration_table(y, risk), calibration_table(y, risk, uneven)
    width = [np.mean([b["high"] - b["low"] for b in t]) for t in (plain, weighted)]
    assert 1.2 < width[1] / width[0] < 1.7


def test_where_all_or_none_came_true_the_interval_ends_there():
    first, *_, last = calibration_table(np.repeat([0.0, 1.0], 50), np.arange(100) / 100)
    assert (first["low"], last["high"]) == (0, 1)
    assert 0.1 < first["high"] < 0.4
    assert len(calibration_table(np.array([0.0, 1.0]), np.array([0.2, 0.3]))) == 2


def test_net_benefit_is_what_it_costs_and_gains():
    # 4 of 10 come true; from 20 % on 5 are acted on, 3 of them rightly: 3/10 - 2/10/4.
    y = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0.0])
    risk = np.array([0.9, 0.6, 0.25, 0.2, 0.3, 0.15, 0.1, 0.1, 0.0, 0.0])
    at = net_benefit(y, risk)[1]
    assert at == pytest.approx(
        {
            "threshold": 0.2,
            "flagged": 0.5,
            "precision": 0.6,
            "recall": 0.75,
            "net_benefit": 0.3 - 0.2 * 0.25,
            "net_benefit_all": 0.4 - 0.6 * 0.25,
        }
    )
    nobody = net_benefit(np.zeros(5), np.zeros(5))[4]
    assert (nobody["precision"], nobody["recall"]) == (None, None)
    assert nobody["net_benefit"] == 0


def test_the_histogram_has_every_row_once(sample):
    _, risk = sample
    shares = histogram(np.append(risk, [0.0, 1.0]))
    assert len(shares) == 40
    assert sum(shares) == pytest.approx(1)
    assert shares[-1] > 0
    assert histogram(np.array([0.01, 0.99]), np.array([3.0, 1.0]))[0] == 0.75
