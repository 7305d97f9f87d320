"""Several boosters are one, whose scores and reasons are a mean of theirs."""

import lightgbm as lgb
import numpy as np
import pytest

from ml.features import GROUPS, Encoder
from ml.learning.averaging import averaged
from ml.learning.boosting import Booster, Sample
from tests.ml.small import small_dataset

SHARES = [0.5, 0.3, 0.2]


@pytest.fixture(scope="module")
def sample():
    dataset = small_dataset(1_500)
    matrix = Encoder.fitted("checkout", dataset.rows).matrix(dataset.rows)
    return Sample(matrix, dataset.y, np.ones(len(dataset.y)))


@pytest.fixture(scope="module")
def boosters(sample):
    """One that stopped early, one of fewer orders, one of trees without a branch."""
    quick = {"learning_rate": 0.1, "num_threads": 1}
    grow = Booster(list(GROUPS["checkout"]), ["category", "brand", "channel"], 3, quick)
    learn, stop = sample.part(slice(0, 1_000)), sample.part(slice(1_000, 1_500))
    few = sample.part(slice(0, 150))
    return [
        grow.stopped_early(learn, stop, ""),
        grow.fixed(sample, 20, ""),
        grow.fixed(few, 4, ""),
    ]


@pytest.mark.parametrize("what", ["raw_score", "pred_contrib"])
def test_what_it_says_is_the_mean_of_what_they_say(boosters, sample, what):
    said = [booster.predict(sample.X, **{what: True}) for booster in boosters]
    assert np.abs(said[0] - said[1]).max() > 0.1
    found = averaged(boosters, SHARES).predict(sample.X, **{what: True})
    mean = np.average(said, axis=0, weights=SHARES)
    np.testing.assert_allclose(found, mean, atol=1e-12)


def test_it_has_all_their_trees_and_is_read_back(boosters, sample):
    early = boosters[0]
    assert early.num_trees() == early.best_iteration
    found = averaged(boosters, SHARES)
    assert found.num_trees() == sum(each.num_trees() for each in boosters)
    assert found.feature_name() == early.feature_name()
    again = lgb.Booster(model_str=found.model_to_string())
    np.testing.assert_array_equal(again.predict(sample.X), found.predict(sample.X))


def test_one_alone_is_itself(boosters, sample):
    one = averaged(boosters[1:2], [1])
    np.testing.assert_array_equal(one.predict(sample.X), boosters[1].predict(sample.X))
