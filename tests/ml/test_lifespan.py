"""Days left, and between which bounds."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from ml.lifespan import fit_lifespan, lifespan_of, stored_lifespan
from store.database import open_database
from store.settings import Settings
from store.tables import HashtagDay

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
    going_on = [(1, 30, "Death")] * 4 + [(1, 30, "Decline")] * 9
    assert lifespan_of(going_on).days_left(0) is None


def test_the_stored_one_is_of_each_hashtag_s_newest_row(tmp_path):
    database = open_database(Settings(data_dir=tmp_path))
    with database.writing() as session:
        for number, days in enumerate(TEN):
            # Some are not observed any more: their newest rows are older.
            for back, stage in ((1, "Decline"), (0, "Death")):
                session.add(newest_row(number, int(days) - back, number + back, stage))
    with database.reading() as session:
        lifespan = stored_lifespan(session)
    database.close()
    assert lifespan.days_left(0) == 50


def newest_row(number: int, days: int, age: int, stage: str) -> HashtagDay:
    day = date(2026, 10, 1) - timedelta(age)
    return HashtagDay(
        hashtag=f"tag{number}",
        day=day,
        observed_at=datetime(2026, 9, 1, tzinfo=UTC),
        view_count=1,
        daily_views=0,
        bot_share=0,
        real_daily_views=0,
        smooth_views=0,
        velocity_rate=0,
        peak_views=1,
        wave=1,
        wave_peak_views=1,
        peak_on=day,
        days_since_peak=0,
        level=0,
        trended_days=days,
        stage=stage,
    )
