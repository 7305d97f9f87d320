"""Days left, and between which bounds."""

import numpy as np

from ml.lifespan import fit_lifespan, lifespan_of

TEN = np.arange(10, 101, 10)


def test_days_left_are_those_of_trends_that_lasted_as_long():
    lifespan = fit_lifespan(TEN, np.ones(10, bool))
    assert lifespan.days_left(0) == 50
    # Of those over 50 days, 60 to 100, one in ten is gone at 60, nine at 100.
    assert lifespan.days_left(50) == 30
    assert lifespan.interval_days_left("Decline", 50) == (10, 50)
    low, high = lifespan.interval_days_left("Peak", 0)
    assert (low, high) == (10, 90)


def test_the_interval_holds_the_median_at_any_age():
    lifespan = fit_lifespan(TEN, TEN != 50)
    for age in range(100):
        low, high = lifespan.interval_days_left("Rising", age)
        assert low <= lifespan.expected_days_left("Rising", age) <= high


def test_a_bound_that_no_one_lived_to_see_is_not_given():
    lifespan = fit_lifespan(TEN, TEN <= 60)
    assert lifespan.days_left(0) == 50
    assert lifespan.interval_days_left("Peak", 0) == (10, None)


def test_what_is_dead_has_nothing_left():
    lifespan = fit_lifespan(TEN, np.ones(10, bool))
    assert lifespan.expected_days_left("Death", 50) is None
    assert lifespan.interval_days_left("Death", 50) == (None, None)


def test_trends_that_were_never_seen_to_begin_are_left_out():
    waves = [(1, int(days), "Death") for days in TEN]
    flat = [(0, 400, "Death")] * 50
    assert lifespan_of(waves + flat).days_left(0) == lifespan_of(waves).days_left(0)
    assert lifespan_of(flat).days_left(0) is None
    assert lifespan_of([]).days_left(0) is None


def test_too_few_ends_give_no_number():
    assert lifespan_of([(1, 30, "Death")] * 4).days_left(0) is None
    going_on = [(1, 30, "Death")] * 4 + [(1, 30, "Peak")] * 9
    assert lifespan_of(going_on).days_left(0) is None
