"""Views a day out of totals: what a series' own totals say, and no other's."""

from dataclasses import fields

import numpy as np
import pytest

from ml.daily.views import Totals, Views, views_of


def totals(columns: list[list[int]]) -> Totals:
    """Totals of series, each seen at noon; -1 where it was not."""
    view_count = np.array(columns, np.int64).T
    noon = (np.arange(len(view_count)) + 0.5)[:, None] * 86_400.0
    return Totals(view_count, np.where(view_count >= 0, noon, 0.0))


def made_up(rng: np.random.Generator, n_days: int, n_series: int) -> Totals:
    """Totals that grow by leaps, are rounded, fall now and then and have gaps."""
    shape = n_series, n_days
    leaps = rng.integers(0, 9, shape) * 10 ** rng.integers(0, 5, shape)
    found = leaps.cumsum(axis=1) // 10 ** rng.integers(0, 4, (n_series, 1))
    found = np.where(rng.random(shape) < 0.05, found * 3 // 4, found)
    return totals(np.where(rng.random(shape) < 0.3, -1, found).tolist())


@pytest.mark.parametrize("seed", range(20))
def test_a_series_knows_nothing_of_others(seed):
    rng = np.random.default_rng(seed)
    together = made_up(rng, 60, 5)
    views = views_of(together)
    for n in range(5):
        alone = views_of(Totals(*(a[:, [n]] for a in vars(together).values())))
        for f in fields(Views):
            assert np.array_equal(
                getattr(views, f.name)[:, [n]], getattr(alone, f.name)
            ), f.name


@pytest.mark.parametrize("seed", range(20))
def test_a_day_knows_nothing_of_later_ones(seed):
    rng = np.random.default_rng(100 + seed)
    whole = made_up(rng, 60, 5)
    views = views_of(whole)
    for cut in (1, 7, 23, 41, 59):
        until = views_of(Totals(*(a[:cut] for a in vars(whole).values())))
        for f in fields(Views):
            before = getattr(views, f.name)[:cut]
            assert np.array_equal(before, getattr(until, f.name)), f.name


@pytest.mark.parametrize(("rounded", "unit"), [(19, 1), (20, 1_000)])
def test_rounding_is_what_the_last_twenty_totals_share(rounded, unit):
    # One total to the last digit, then thousands; then the total stands for five days,
    # in which it grew by less than a unit.
    steps = [1_201_000 + 10_000 * n for n in range(rounded)]
    views = views_of(totals([[1_200_567, *steps, *[steps[-1]] * 5]]))
    assert views.daily[-1, 0] == pytest.approx(unit / 5)
