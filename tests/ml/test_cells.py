"""Rows that no split tells apart are one to the model, and others never are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.cells import Cells
from tests.ml.small import order_rows, outcomes, small_model

ROWS = order_rows(2_000, purpose="shopper")
MODEL = small_model(ROWS, outcomes(ROWS))
CELLS = Cells.of(MODEL)
MATRIX = MODEL.encoder.matrix(ROWS)
ODD = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e9, 1e-40)


@settings(deadline=None)
@given(data=st.data())
def test_rows_of_one_cell_are_one_to_the_model(data):
    matrix = MATRIX[data.draw(st.lists(st.integers(0, 1_999), min_size=1, max_size=8))]
    for row in matrix:
        for column in data.draw(st.sets(st.integers(0, len(row) - 1), max_size=4)):
            row[column] = data.draw(st.sampled_from(ODD) | st.floats(0, 10))
    near = matrix * (1 + data.draw(st.sampled_from([0.0, 1e-9, 1e-3])))
    both = np.vstack([matrix, near])
    keys = CELLS.keys(both)
    found = MODEL.predict_matrix(both)
    said = np.column_stack(
        [found.risk, found.low, found.high, found.unusual, *found.effects.values()]
    )
    first = dict(zip(keys, said, strict=True))
    for key, row in zip(keys, said, strict=True):
        assert row.tolist() == first[key].tolist()


def test_a_threshold_parts_what_lies_at_it_from_what_lies_above():
    column, edges = next(
        (n, e) for n, e in enumerate(CELLS.edges) if e is not None and len(e) > 3
    )
    row = MATRIX[:1].copy()
    at, above, below = (row.copy() for _ in range(3))
    edge = edges[-2]
    at[0, column], above[0, column] = edge, np.nextafter(edge, np.inf)
    below[0, column] = np.nextafter(edge, -np.inf)
    keys = CELLS.keys(np.vstack([below, at, above]))
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("name", ["category", "price_usd"])
def test_what_is_missing_is_a_cell_of_its_own(name):
    column = MODEL.encoder.names.index(name)
    row = MATRIX[[MATRIX[:, column].argmax()]]
    other = row.copy()
    other[0, column] = np.nan
    assert CELLS.keys(row) != CELLS.keys(other)


def test_prices_between_two_splits_share_a_cell():
    column = MODEL.encoder.names.index("price_usd")
    rows = np.repeat(MATRIX[:1], 1_000, axis=0)
    rows[:, column] = np.linspace(0, 10, 1_000)
    assert 1 < len(set(CELLS.keys(rows))) < 400


@pytest.mark.parametrize("name", MODEL.encoder.names)
def test_odd_values_are_one_only_where_they_are_one_to_the_model(name):
    rows = np.repeat(MATRIX[:1], len(ODD), axis=0)
    rows[:, MODEL.encoder.names.index(name)] = ODD
    found = MODEL.predict_matrix(rows)
    said = np.column_stack([found.risk, found.low, found.high, *found.effects.values()])
    by_key = {}
    for key, row in zip(CELLS.keys(rows), said, strict=True):
        # The same but for the order in which a processor adds numbers up.
        np.testing.assert_allclose(row, by_key.setdefault(key, row), rtol=1e-9)
