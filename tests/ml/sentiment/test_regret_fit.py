import numpy as np
import pytest

from ml.quality.evaluation import expected_calibration_error
from ml.sentiment.regret_fit import (
    MIN_ITEMS,
    Reviews,
    cross_validated,
    fit_regret_words,
    read_reviews,
)
from ml.sentiment.regret_prior import prior_weights


def made_up(count: int = 1_200, items: int = 40) -> Reviews:
    """Reviews in which "wobbly" means regret and "snug" means none."""
    rng = np.random.default_rng(5)
    y = (rng.random(count) < 0.3).astype(float)
    about = np.arange(count) % items
    said = np.where(rng.random(count) < 0.85, y, 1 - y)
    texts = [
        f"{'wobbly' if s else 'snug'} thing number{'x' * int(item)}"
        for s, item in zip(said, about, strict=True)
    ]
    return Reviews(texts, y, about)


@pytest.fixture(scope="module")
def fitted():
    return fit_regret_words(made_up())


def test_words_get_the_sign_of_what_they_go_with(fitted):
    assert fitted.table["wobbly"][1] > 1
    assert fitted.table["snug"][1] < -1
    assert fitted.probability("wobbly thing") > 0.6
    assert fitted.probability("snug thing") < 0.2


def test_the_same_reviews_give_the_same_table(fitted):
    assert fit_regret_words(made_up()) == fitted


def test_a_word_that_few_items_share_is_left_out(fitted):
    assert "numberxxx" not in fitted.table
    few = made_up(items=MIN_ITEMS - 1)
    assert "wobbly" not in fit_regret_words(few).table


def test_a_word_the_reviews_do_not_know_keeps_its_prior(fitted):
    prior = prior_weights()
    ratio = [fitted.table[w][1] / prior[w] for w in ("leaked", "not_leaked", "superb")]
    assert ratio == pytest.approx([ratio[0]] * 3)
    assert ratio[0] > 0


def test_negated_priors_turn_and_fade_unless_they_are_given():
    prior = prior_weights()
    assert prior["not_leaked"] == pytest.approx(-0.5 * prior["leaked"])
    assert prior["not_happier"] < 0


def test_probabilities_of_items_not_seen_are_calibrated():
    reviews = made_up()
    found = cross_validated(reviews)
    assert expected_calibration_error(reviews.y, found) < 0.05
    assert found.mean() == pytest.approx(reviews.y.mean(), abs=0.03)


def test_fewer_pairs_are_kept_when_asked(fitted):
    smaller = fit_regret_words(made_up(), pairs=0)
    assert "wobbly thing" in fitted.table
    assert "wobbly thing" not in smaller.table


@pytest.mark.slow
def test_a_table_of_a_third_of_the_items_tells_real_reviews_of_others_apart(shared):
    reviews = read_reviews(shared / "data" / "womens_clothing_reviews.csv.gz")
    learned, held = (rows for _, rows in reviews.folds(3)[:2])
    model = fit_regret_words(reviews[learned])
    found = np.array([model.probability(reviews.texts[i]) for i in held])
    y = reviews.y[held]
    order = np.argsort(np.argsort(found))
    positives = y.sum()
    auc = (order[y == 1].sum() - positives * (positives - 1) / 2) / (
        positives * (len(y) - positives)
    )
    assert auc > 0.94
    assert expected_calibration_error(y, found) < 0.03
