import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from ml.learning.calibration import fit_calibration
from ml.quality.evaluation import expected_calibration_error, figures


@pytest.fixture
def sample():
    rng = np.random.default_rng(5)
    score = rng.normal(-1, 1.2, 20_000)
    true = 1 / (1 + np.exp(-(2 * score + 0.5)))
    return score, true, (rng.random(20_000) < true).astype(float)


def test_probabilities_come_out_right(sample):
    score, true, y = sample
    calibration = fit_calibration(score[:10_000], y[:10_000])
    risk, low, high = calibration(score[10_000:])
    assert np.abs(risk - true[10_000:]).mean() < 0.02
    assert expected_calibration_error(y[10_000:], risk) < 0.02
    assert np.all((low <= risk) & (risk <= high))
    assert np.all(np.diff(risk[np.argsort(score[10_000:])]) >= 0)


def test_what_no_logistic_curve_follows_is_followed(sample):
    score, _, _ = sample
    true = np.where(score < 0, 0.1, 0.5) + 0.1 * (score > 1.5)
    y = (np.random.default_rng(3).random(len(score)) < true).astype(float)
    risk, _, _ = fit_calibration(score[:15_000], y[:15_000])(score[15_000:])
    assert np.abs(risk - true[15_000:]).mean() < 0.03


def test_few_rows_come_out_nearer_than_by_isotonic_steps_alone():
    rng = np.random.default_rng(13)
    ours, steps = [], []
    for _ in range(20):
        score = rng.normal(-1, 1, 800)
        true = 1 / (1 + np.exp(-1.3 * score))
        y = (rng.random(800) < true).astype(float)
        alone = IsotonicRegression(out_of_bounds="clip").fit(score, y)
        steps.append(np.abs(alone.predict(score) - true).mean())
        ours.append(np.abs(fit_calibration(score, y)(score)[0] - true).mean())
    assert np.mean(ours) < 0.7 * np.mean(steps)


def test_the_interval_holds_the_mean_of_its_group_at_its_rate():
    rng = np.random.default_rng(11)
    held = []
    for _ in range(60):
        score = rng.normal(0, 1, 4_000)
        true = 1 / (1 + np.exp(-score))
        calibration = fit_calibration(score, (rng.random(4_000) < true).astype(float))
        _, low, high = calibration(score)
        for group in np.array_split(np.argsort(score), 8):
            mean = true[group].mean()
            held.append(low[group].mean() <= mean <= high[group].mean())
    assert 0.85 <= np.mean(held) <= 1


def test_the_risk_lies_well_inside_its_interval():
    rng = np.random.default_rng(4)
    for _ in range(40):
        score = rng.normal(0, 1, 1_500)
        y = (rng.random(1_500) < 1 / (1 + np.exp(-2 * score))).astype(float)
        risk, low, high = fit_calibration(score, y)(score)
        sides = (risk - low) / (high - low)
        assert sides.min() > 0.2
        assert sides.max() < 0.8


def test_few_rows_make_a_wide_interval(sample):
    score, _, y = sample
    few = fit_calibration(score[:60], y[:60])(score)
    many = fit_calibration(score, y)(score)
    assert (few[2] - few[1]).mean() > 3 * (many[2] - many[1]).mean()


def test_figures_of_a_perfect_and_a_useless_model():
    y = np.array([0.0, 1.0] * 50)
    assert figures(y, y)["auc"] == 1
    assert figures(y, y)["brier"] == 0
    useless = figures(y, np.full(100, 0.5))
    assert useless["auc"] == 0.5
    assert useless["ece"] < 0.1
