from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.quiet_hours import first_moment, is_quiet
from interventions.rules import ChannelRule

BERLIN = ZoneInfo("Europe/Berlin")
zones = st.sampled_from(
    [
        BERLIN,
        ZoneInfo("America/New_York"),
        ZoneInfo("Australia/Lord_Howe"),
        ZoneInfo("UTC"),
    ]
)
moments = st.integers(0, 365 * 1440).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def rule(quiet_from: time, quiet_to: time) -> ChannelRule:
    return ChannelRule(
        needs_consent=True,
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        most=1,
        per_days=1,
    )


NIGHT = rule(time(21), time(8))


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-03T22:30+01:00", "2026-03-04T08:00+01:00"),
        ("2026-03-03T21:00+01:00", "2026-03-04T08:00+01:00"),
        ("2026-03-04T07:59+01:00", "2026-03-04T08:00+01:00"),
        ("2026-03-04T08:00+01:00", None),
        ("2026-03-04T20:59+01:00", None),
        # The night is an hour shorter, or longer.
        ("2026-03-28T23:00+01:00", "2026-03-29T08:00+02:00"),
        ("2026-10-24T23:00+02:00", "2026-10-25T08:00+01:00"),
    ],
)
def test_a_night_ends_in_the_morning(at, until):
    found = first_moment(datetime.fromisoformat(at), NIGHT, BERLIN)
    assert found == (datetime.fromisoformat(until) if until else None)
    assert found is None or found.tzinfo is UTC


def test_quiet_hours_may_lie_within_a_day():
    lunch = rule(time(12), time(14))
    at = datetime(2026, 3, 3, 12, tzinfo=BERLIN)
    assert first_moment(at, lunch, BERLIN) == at.replace(hour=14)
    assert first_moment(at.replace(hour=14), lunch, BERLIN) is None


def test_the_hour_that_comes_twice_ends_twice():
    hours = rule(time(21), time(2, 45))
    for offset in ("+02:00", "+01:00"):
        at = datetime.fromisoformat(f"2026-10-25T02:30{offset}")
        assert first_moment(at, hours, BERLIN) == at + timedelta(minutes=15)


@given(moments, clocks, zones)
def test_the_same_time_twice_is_no_quiet_hours(at, clock, zone):
    assert not is_quiet(at, rule(clock, clock), zone)


@given(moments, clocks, clocks, zones)
def test_it_is_later_soon_and_quiet_no_more(at, quiet_from, quiet_to, zone):
    hours = rule(quiet_from, quiet_to)
    found = first_moment(at, hours, zone)
    assert (found is not None) == is_quiet(at, hours, zone)
    if found:
        assert at < found <= at + timedelta(hours=26)
        assert found.astimezone(zone).time() >= quiet_to or not is_quiet(
            found, hours, zone
        )
