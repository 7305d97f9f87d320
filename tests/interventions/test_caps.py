from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interventions.caps import Caps
from interventions.rules import CapRule

NIGHT = date(2026, 3, 3)
CHANNELS = {
    "email": CapRule(most=2, per_days=3),
    "sms": CapRule(most=1, per_days=7),
}
OVER_ALL = CapRule(most=2, per_days=5)


def caps(*past) -> Caps:
    return Caps(OVER_ALL, CHANNELS, NIGHT, past)


def ago(days: int) -> date:
    return NIGHT - timedelta(days)


def test_a_channels_own_bound_holds():
    counted = caps()
    assert [counted.take("a", "sms") for _ in range(2)] == [True, False]
    assert counted.take("b", "sms")


def test_what_was_refused_does_not_count():
    counted = caps()
    assert [counted.take("a", "sms") for _ in range(3)] == [True, False, False]
    assert counted.take("a", "email")


def test_all_channels_together_have_a_bound():
    counted = caps(("a", "email", ago(4)))
    assert counted.take("a", "sms")
    assert not counted.take("a", "email")


def test_what_is_long_ago_is_forgotten():
    assert not caps(("a", "sms", ago(6))).take("a", "sms")
    assert caps(("a", "sms", ago(7))).take("a", "sms")


def test_a_later_night_that_was_decided_before_counts_too():
    assert not caps(("a", "sms", ago(-6))).take("a", "sms")


def test_a_channel_that_is_none_counts_over_all():
    counted = caps(*[("a", "pigeon", NIGHT)] * 2)
    assert not counted.take("a", "email")


asks = st.tuples(st.sampled_from("ab"), st.sampled_from(["email", "sms"]))


@given(st.lists(st.lists(asks, max_size=6), max_size=12))
def test_no_span_of_days_ever_holds_more(nights):
    past = []
    for number, asked in enumerate(nights):
        night = NIGHT + timedelta(number)
        counted = Caps(OVER_ALL, CHANNELS, night, past)
        past = past + [(p, c, night) for p, c in asked if counted.take(p, c)]
    for number in range(len(nights)):
        for channel, rule in (*CHANNELS.items(), (None, OVER_ALL)):
            first = NIGHT + timedelta(number)
            end = first + timedelta(rule.per_days)
            within = Counter(
                p for p, c, n in past if first <= n < end and channel in (c, None)
            )
            assert all(count <= rule.most for count in within.values())
