import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.features import (
    AGE_FROM,
    CATEGORICAL,
    GROUPS,
    MOST_CATEGORIES,
    NEVER_SEEN,
    Encoder,
)
from store.errors import MissingFeatureError
from store.privacy import AGE_BANDS
from tests.ml.small import order_rows

WORDS = ["shoes", "bags", "ünï", "", "None"]
CATEGORIES = dict.fromkeys(CATEGORICAL, WORDS[:3])


def value_of(name):
    if name in CATEGORICAL:
        return st.none() | st.sampled_from(WORDS)
    if name == "age_band":
        return st.none() | st.sampled_from([*AGE_BANDS, "unknown"])
    return st.none() | st.floats() | st.sampled_from([0.0, -1.0])


def encoder_of(purpose):
    known = {n: c for n, c in CATEGORIES.items() if n in GROUPS[purpose]}
    return Encoder(purpose, known)


@pytest.mark.parametrize("purpose", GROUPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_batch_and_single_rows_give_the_same_matrix(purpose, data):
    encoder = encoder_of(purpose)
    row = st.fixed_dictionaries({name: value_of(name) for name in encoder.needed})
    facts = data.draw(st.lists(row, min_size=1, max_size=4))
    batch = encoder.matrix(pa.Table.from_pylist(facts))
    single = np.vstack([encoder.vector(each) for each in facts])
    np.testing.assert_array_equal(batch, single)
    assert batch.dtype == single.dtype == np.float64
    assert batch.flags.c_contiguous


@pytest.mark.parametrize(
    ("value", "count"), [(2**60 + 1, 1), (3, 2), (True, 3), (np.float32(0.5), 1)]
)
def test_numbers_of_any_type_are_the_same_both_ways(value, count):
    encoder = encoder_of("shopper")
    facts = dict.fromkeys(encoder.needed) | {"order_count": value}
    column = encoder.names.index("order_count")
    batch = encoder.matrix(pa.Table.from_pylist([facts] * count))
    assert batch[:, column].tolist() == [float(value)] * count
    assert encoder.vector(facts)[0, column] == float(value)


def test_every_age_band_has_its_age():
    assert list(AGE_FROM) == AGE_BANDS
    assert (AGE_FROM["0-4"], AGE_FROM["35-39"], AGE_FROM["80+"]) == (0, 35, 80)
    encoder = encoder_of("shopper")
    facts = dict.fromkeys(encoder.needed) | {"age_band": "20-24"}
    assert encoder.vector(facts)[0, encoder.names.index("age_from")] == 20


def test_price_is_compared_with_the_list_price():
    encoder = encoder_of("shopper")
    column = encoder.names.index("price_to_list")
    facts = dict.fromkeys(encoder.needed)
    paid = facts | {"price_usd": 15, "list_price_usd": 20}
    free = facts | {"price_usd": 15, "list_price_usd": 0}
    assert encoder.vector(paid)[0, column] == 0.75
    assert np.isnan(encoder.vector(facts)[0, column])
    assert np.isinf(encoder.vector(free)[0, column])


def test_what_was_never_seen_is_not_the_same_as_what_is_not_known():
    few = Encoder("shopper", {"category": ["a"], "brand": ["b"]})
    many = Encoder("shopper", {"category": [str(n) for n in range(MOST_CATEGORIES)]})
    column = few.names.index("category")
    facts = dict.fromkeys(few.needed)
    assert np.isnan(few.vector(facts)[0, column])
    assert few.vector(facts | {"category": "x"})[0, column] == NEVER_SEEN
    # Training saw others beyond the most frequent, as missing values.
    assert np.isnan(many.vector(facts | {"category": "x"})[0, column])


@pytest.mark.parametrize("purpose", GROUPS)
def test_a_column_that_is_not_there_is_an_error_that_names_it(purpose):
    rows = order_rows(3, purpose=purpose)
    encoder = Encoder.fitted(purpose, rows)
    for name in encoder.needed:
        with pytest.raises(MissingFeatureError, match=rf"\b{name}\b.*refresh"):
            encoder.matrix(rows.drop_columns([name]))
        facts = rows.to_pylist()[0]
        del facts[name]
        with pytest.raises(MissingFeatureError, match=rf"\b{name}\b"):
            encoder.vector(facts)


def test_all_that_is_missing_is_named_at_once():
    encoder = encoder_of("shopper")
    with pytest.raises(MissingFeatureError) as error:
        encoder.vector({})
    assert all(name in str(error.value) for name in encoder.needed)
    assert {"price_usd", "list_price_usd", "age_band"} <= set(encoder.needed)
    assert "price_to_list" not in encoder.needed
