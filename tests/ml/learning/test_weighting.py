"""Buyers weighed to the population."""

import numpy as np
import pyarrow as pa
import pytest

from ml.learning.weighting import MOST, band_weights


def rows(**counts: int) -> pa.Table:
    """Return so many rows of each band; ``none`` is no band."""
    bands = [
        None if name == "none" else name.strip("_").replace("_", "-")
        for name, count in counts.items()
        for _ in range(count)
    ]
    return pa.table({"age_band": pa.array(bands, pa.string())})


def shares_of(table, weight):
    bands = np.array(table["age_band"].to_pylist(), dtype=object)
    known = weight[bands != np.array(None)].sum()
    return {b: weight[bands == b].sum() / known for b in set(bands) if b}


def test_the_bands_weigh_what_they_are_of_the_population():
    table = rows(_20_24=60, _30_34=30, _40_44=10)
    shares = {"20-24": 0.3, "30-34": 0.3, "40-44": 0.4}
    weight = band_weights(table, shares)
    assert shares_of(table, weight) == pytest.approx(shares)
    assert weight.mean() == pytest.approx(1)


def test_bands_that_nobody_is_of_leave_the_others_in_proportion():
    table = rows(_20_24=60, _30_34=40)
    weight = band_weights(table, {"20-24": 0.1, "30-34": 0.3, "80-84": 0.6})
    assert shares_of(table, weight) == pytest.approx({"20-24": 0.25, "30-34": 0.75})


def test_rows_without_a_band_weigh_what_an_average_row_does():
    table = rows(_20_24=60, none=50, _30_34=40, _5_9=10)
    weight = band_weights(table, {"20-24": 0.25, "30-34": 0.75})
    bands = table["age_band"].to_pylist()
    by_band = {band: weight[bands.index(band)] for band in bands}
    assert by_band[None] == by_band["5-9"] == pytest.approx(1)
    assert by_band["20-24"] == pytest.approx(0.25 / 0.6)
    assert by_band["30-34"] == pytest.approx(0.75 / 0.4)


def test_no_row_stands_for_too_many_or_too_few():
    table = rows(_20_24=980, _30_34=20)
    weight = band_weights(table, {"20-24": 0.01, "30-34": 0.99})
    assert weight[-1] / weight[0] == pytest.approx(MOST**2)
    assert weight.mean() == pytest.approx(1)


@pytest.mark.parametrize("shares", [{}, {"80-84": 1.0}, {"20-24": 0.0, "80-84": 1.0}])
def test_shares_that_say_nothing_of_these_rows_leave_them_even(shares):
    assert set(band_weights(rows(_20_24=3, none=2), shares)) == {1.0}
