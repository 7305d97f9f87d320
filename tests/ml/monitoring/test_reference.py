import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ml.monitoring.reference import BINS, Distribution, Reference


@pytest.fixture
def column():
    rng = np.random.default_rng(2)
    column = rng.normal(10, 2, 5_000)
    column[:500] = np.nan
    return column


def test_bins_hold_a_tenth_each_and_missing_ones_are_counted(column):
    found = Distribution.fitted(column)
    below, *shares, above, missing = found.shares
    assert (below, above, missing) == (0, 0, 0.1)
    assert shares == pytest.approx([0.09] * BINS, abs=0.001)
    assert (found.least, found.most) == (np.nanmin(column), np.nanmax(column))
    assert sum(found.shares) == pytest.approx(1)


@given(
    arrays(float, st.integers(1, 60), elements=st.floats(-5, 5) | st.just(float("nan")))
)
def test_every_value_is_in_one_bin_and_what_is_seen_is_believed(column):
    found = Distribution.fitted(column)
    assert found.counts(column).sum() == len(column)
    assert found.edges == sorted(set(found.edges))
    low, high = found.bounds
    known = column[~np.isnan(column)]
    assert np.all((known >= low) & (known <= high))


def test_a_column_of_few_values_has_few_bins():
    found = Distribution.fitted(np.array([1.0] * 90 + [2.0] * 10))
    assert found.edges == pytest.approx([1.0, 1.0, 2.0])
    assert found.shares == [0.0, 0.9, 0.1, 0.0, 0.0]
    assert found.counts(np.array([0.9, 1, 1.5, 2, 2.1])).tolist() == [1, 1, 2, 1, 0]
    assert Distribution.fitted(np.full(5, np.nan)).shares == [0.0, 1.0]


def test_rare_categories_are_counted_together():
    codes = np.array([0.0] * 50 + [1.0] * 40 + [2.0] * 4 + [3.0] * 3 + [np.nan] * 3)
    found = Distribution.fitted(codes, categorical=True)
    assert found.edges == [-0.5, 0.5, 1.5]
    assert found.shares == [0.0, 0.5, 0.4, 0.07, 0.03]
    assert found.counts(np.array([-1.0])).tolist() == [1, 0, 0, 0, 0]


@pytest.fixture
def reference(column):
    prices = np.linspace(5, 25, len(column))
    codes = np.arange(len(column)) % 3.0
    matrix = np.column_stack([column, prices, codes, np.full(len(column), np.nan)])
    names = ["change", "price", "category", "unknown"]
    return Reference.fitted(names, matrix, column, ["category"])


INF = float("inf")


@pytest.mark.parametrize(
    ("row", "unusual"),
    [
        ((10, 15, 0, np.nan), False),
        ((np.nan, np.nan, np.nan, np.nan), False),
        ((10, 26.9, 0, 3), False),  # a tenth of the span beyond
        ((10, 27.1, 0, 3), True),
        ((10, 0.5, 0, 3), True),
        ((10, -1, 0, 3), True),
        ((10, INF, 0, 3), True),
        ((-INF, 15, 0, 3), True),
        ((10, 15, -1, 3), True),  # a category that was never seen
        ((10, 15, 0, INF), True),
        ((10, 15, 0, -INF), True),
    ],
)
def test_what_training_saw_nothing_like_is_told(reference, row, unusual):
    assert reference.unusual(np.array([row])).tolist() == [unusual]


def test_what_was_never_negative_can_not_be():
    found = Distribution.fitted(np.array([0.5, 100.0]))
    assert found.bounds == (0.0, 109.95)
    assert Distribution.fitted(np.array([-1.0, 1.0])).bounds == (-1.2, 1.2)


def test_it_is_plain_data(reference, column):
    text = json.dumps(reference.as_dict(), allow_nan=False)
    assert Reference.from_dict(json.loads(text)) == reference
