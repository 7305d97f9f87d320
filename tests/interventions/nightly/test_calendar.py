import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.nightly.calendar import last_night, window_of
from interventions.rules import NightRules

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut"]
YEAR = [date(2026, 1, 1) + timedelta(n) for n in range(365)]


def rules(zone: str, hours: int = 48) -> NightRules:
    return NightRules(
        hours_after_purchase=hours, late_days=14, time_zone=zone, sample_may_act=False
    )


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hours", [0, 48, 49])
def test_nights_lie_side_by_side_all_year(zone, hours):
    windows = [window_of(day, rules(zone, hours)) for day in YEAR]
    for before, after in itertools.pairwise(windows):
        assert before.end_at == after.first_at
        assert before.first_at < before.end_at
        assert before.late_at == before.first_at - timedelta(14)


@given(st.integers(5 * 86_400, 358 * 86_400), st.sampled_from(ZONES))
def test_a_purchase_belongs_to_the_day_on_which_two_days_have_passed(seconds, zone):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    due_on = (at + timedelta(hours=48)).astimezone(ZoneInfo(zone)).date()
    found = [
        day
        for day in YEAR
        if (window := window_of(day, rules(zone))).first_at <= at < window.end_at
    ]
    assert found == [due_on]


def test_days_of_a_change_of_clocks_are_shorter_and_longer():
    hours = {
        day: (window.end_at - window.first_at) / timedelta(hours=1)
        for day in YEAR
        if (window := window_of(day, rules("Europe/Berlin")))
    }
    odd = {day: n for day, n in hours.items() if n != 24}
    assert odd == {date(2026, 3, 29): 23, date(2026, 10, 25): 25}


def test_the_last_night_is_the_shops_own():
    now = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
    assert last_night(now, rules("UTC")) == date(2026, 3, 3)
    assert last_night(now, rules("America/New_York")) == date(2026, 3, 2)
    assert last_night(now, rules("Asia/Kolkata")) == date(2026, 3, 3)
