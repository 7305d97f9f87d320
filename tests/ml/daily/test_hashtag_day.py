"""From cumulative, rounded, irregular totals to daily views, waves and stages."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ml.daily
from ml.daily.hashtag_day import hashtag_days
from store.duck import put, sql_beside

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
VIDEOS = (
    "CREATE TABLE video_seen (hashtag VARCHAR, video_id VARCHAR, observed_at "
    "TIMESTAMPTZ, view_count BIGINT, is_bought INTEGER)"
)


def days_of(
    totals: dict[float, int], videos: tuple[tuple, ...] = (), last: float | None = None
) -> dict[str, np.ndarray]:
    """Return ``hashtag_day`` by column, for totals by days since the first."""
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        at = [FIRST + timedelta(day) for day in totals]
        columns = {
            "hashtag": ["x"] * len(totals),
            "observed_at": pa.array(at, pa.timestamp("us", "UTC")),
            "view_count": pa.array(totals.values(), pa.int64()),
        }
        put(duck, "snapshot", pa.table(columns))
        duck.execute(VIDEOS)
        for video_id, day, views, is_bought in videos:
            row = ["x", video_id, FIRST + timedelta(day), views, is_bought]
            duck.execute("INSERT INTO video_seen VALUES (?, ?, ?, ?, ?)", row)
        until = (FIRST + timedelta(max(totals) if last is None else last)).date()
        duck.execute(
            "CREATE TABLE bounds AS SELECT ?::DATE AS since, ?::DATE AS last_day",
            [FIRST.date(), until],
        )
        for step in ("bot_change", "total_day"):
            query = sql_beside(ml.daily.__file__, step)
            duck.execute(f"CREATE TABLE {step} AS {query}")
        table = hashtag_days(duck)
    return {name: np.array(table[name].to_pylist()) for name in table.column_names}


def daily(views) -> dict[float, int]:
    """Return totals seen at each noon, after so many views a day."""
    totals = 1_000_003 + np.cumsum(views)
    return {day + 0.5: int(total) for day, total in enumerate(totals)}


def shape(peak: int, length: int, half_life: float = 6) -> np.ndarray:
    """Return a wave: up by half a day, then down."""
    after = np.arange(length) - peak
    return np.where(after < 0, 1.5 ** np.minimum(after, 0), 0.5 ** (after / half_life))


def test_a_rounded_total_that_stands_still_has_neither_noughts_nor_jumps():
    true = np.cumsum([20_000] * 60) + 1_200_000
    rounded = {day + 0.5: int(v // 100_000) * 100_000 for day, v in enumerate(true)}
    found = days_of(rounded)["daily_views"][12:]
    assert found.min() > 12_000
    assert found.max() < 26_000
    assert found.mean() == pytest.approx(20_000, rel=0.08)


def test_a_rounded_total_that_stands_still_for_long_fades():
    totals = {day: 1_000_000 + 100_000 * min(day, 10) for day in range(40)}
    found = days_of(totals)["daily_views"]
    assert found[9] == pytest.approx(100_000)
    assert np.all(np.diff(found[10:]) < 0)
    # In 29 days it grew by less than the hundred thousand that would have shown.
    assert found[-1] == pytest.approx(100_000 / 29)
    assert days_of(totals)["smooth_views"][-1] == pytest.approx(0.98 * 100_000 / 29)


def test_a_site_shows_two_digits_at_least():
    totals = {float(day): 1_000_000 * min(day + 1, 5) for day in range(15)}
    assert days_of(totals)["daily_views"][-1] == pytest.approx(100_000 / 10)


def test_an_exact_total_that_stands_still_has_no_views():
    totals = {day: 1_234_567 + 10_001 * min(day, 10) for day in range(20)}
    assert days_of(totals)["daily_views"][-1] < 1


def test_a_gap_is_bridged_at_its_own_pace():
    totals = {float(day): 1_000_001 + 10_000 * day for day in (*range(10), 19, 20)}
    found = days_of(totals)
    assert len(found["day"]) == 20
    assert found["daily_views"] == pytest.approx(np.full(20, 10_000))
    assert found["smooth_views"] == pytest.approx(np.full(20, 9_800))


def test_growth_in_a_gap_is_no_spike():
    totals = {float(d): 1_000_001 + 10_000 * d for d in range(10)}
    totals[20.0] = totals[9.0] + 330_000
    assert days_of(totals)["daily_views"].max() == pytest.approx(30_000)


def test_a_miscount_too_low_changes_nothing_but_its_own_day():
    right = {float(day): 1_000_001 + 10_000 * day for day in range(30)}
    wrong = right | {15.0: 400_000}
    a, b = (days_of(totals)["daily_views"] for totals in (right, wrong))
    assert np.flatnonzero(~np.isclose(a, b)).tolist() == [14]


def test_two_days_too_low_change_nothing_but_themselves():
    right = {float(day): 1_000_001 + 10_000 * day for day in range(30)}
    wrong = right | {15.0: 400_000, 16.0: 410_000}
    a, b = (days_of(totals)["daily_views"] for totals in (right, wrong))
    assert np.flatnonzero(~np.isclose(a, b)).tolist() == [14, 15]


def test_an_exact_total_may_end_in_zeros():
    totals = {float(day): 1_234_567 + 10_001 * day for day in range(12)}
    totals |= {float(day): 1_350_000 for day in range(12, 30)}
    assert days_of(totals)["daily_views"][-1] < 1


def test_views_go_on_after_a_total_fell_for_good():
    totals = {
        float(day): 1_000_001 + 10_000 * day - (300_000 if day >= 15 else 0)
        for day in range(40)
    }
    found = days_of(totals)
    assert found["daily_views"].min() >= 0
    assert found["daily_views"][19:] == pytest.approx(np.full(20, 10_000))
    assert found["view_count"][-1] == totals[39.0]


def test_many_snapshots_a_day_say_what_one_says():
    rng = np.random.default_rng(1)
    moments = np.sort(rng.uniform(0, 20, 200))
    totals = {float(at): int(1e6 + 50_000 * at) for at in moments}
    found = days_of(totals)["daily_views"]
    assert found == pytest.approx(np.full(len(found), 50_000), rel=0.01)


def test_snapshots_of_less_than_20_hours_say_nothing_yet():
    assert len(days_of({0.1: 1000, 0.9: 2000})["day"]) == 0
    assert len(days_of({0.1: 1000, 1.0: 2000})["day"]) == 1


def test_a_wave_rises_peaks_declines_and_dies():
    found = days_of(daily(2_000 + 400_000 * shape(40, 110)))
    stages = list(dict.fromkeys(found["stage"][30:]))
    assert stages[-2:] == ["Decline", "Death"]
    assert "Rising" in stages
    called = np.argmax(found["stage"] == "Decline")
    # Row 0 is the second day.
    assert 40 < called + 1 <= 40 + 10
    assert found["peak_on"][called] == date(2026, 1, 1) + timedelta(40)
    assert found["days_since_peak"][-1] == 109 - 40
    assert found["wave"][-1] == 1


def test_a_second_wave_counts_from_its_own_peak():
    views = 2_000 + 400_000 * shape(40, 200) + 120_000 * shape(130, 200)
    found = days_of(daily(views))
    second = found["wave"] == 2
    assert set(found["wave"]) == {0, 1, 2}
    assert 115 < np.argmax(second) < 130
    assert found["peak_on"][-1] == date(2026, 1, 1) + timedelta(130)
    assert found["days_since_peak"][-1] == 199 - 130
    assert found["trended_days"][-1] < 60
    assert found["wave_peak_views"][-1] < 0.4 * found["peak_views"][-1]
    assert {"Rising", "Decline", "Death"} <= set(found["stage"][second])


def test_a_small_bump_on_the_way_down_is_no_wave():
    views = 400_000 * shape(40, 120, half_life=20)
    views[70:73] *= 1.5
    assert days_of(daily(2_000 + views))["wave"][-1] == 1


def test_a_call_is_taken_back_when_the_wave_is_as_high_again():
    views = [5_000] * 60 + [100_000] * 10 + [30_000] * 4 + [110_000] * 20
    found = days_of(daily(views))
    assert "Decline" in found["stage"][70:75]
    assert found["stage"][-1] == "Peak"
    assert found["wave"][-1] == 1
    assert found["trended_days"][-1] == 94 - 60


def test_what_is_twice_the_lowest_yet_under_the_usual_is_no_wave():
    views = 400_000 * shape(40, 130)
    views[80:90] *= 5
    assert days_of(daily(2_000 + views))["wave"][-1] == 1


def test_the_week_s_rhythm_calls_no_peak():
    days = np.arange(200)
    found = days_of(daily(100_000 * (1 + 0.5 * np.sin(2 * np.pi * days / 7))))
    assert set(found["stage"]) <= {"Rising", "Peak"}
    assert found["smooth_views"][7:].std() < 0.02 * found["smooth_views"].mean()


def test_what_was_never_seen_has_not_begun_and_what_stands_still_dies_in_the_end():
    assert set(days_of({float(d): 0 for d in range(90)})["stage"]) == {"Peak"}
    still = days_of({float(d): 1_200 for d in range(90)})
    dead = still["stage"] == "Death"
    assert np.argmax(dead) == 55
    assert dead[55:].all()
    assert set(still["stage"][:55]) == {"Peak"}
    assert (still["level"][-1], still["trended_days"][-1]) == (0, 0)


@pytest.mark.parametrize("offset", [0, 1_000, 1_000_000, 10**10])
@pytest.mark.parametrize("scale", [20, 1_000, 10**6])
def test_neither_scale_nor_offset_nor_quiet_days_before_make_a_call(scale, offset):
    views = np.r_[np.zeros(42), scale * shape(10, 80)]
    totals = offset + np.cumsum(np.round(views))
    found = days_of({day + 0.5: int(total) for day, total in enumerate(totals)})
    called = np.isin(found["stage"], ("Decline", "Death"))
    first = np.argmax(called)
    assert 52 < first + 1 <= 52 + 10
    assert called[first:].all()
    assert found["peak_on"][first] == date(2026, 1, 1) + timedelta(52)
    assert found["stage"][-1] == "Death"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1_000, 200_000), min_size=10, max_size=60),
    st.sampled_from([3, 100, 10_000]),
    st.integers(0, 10**9),
)
def test_stages_and_waves_know_no_scale(views, scale, offset):
    totals = {day + 0.5: int(t) for day, t in enumerate(np.cumsum(views))}
    other = {day: total * scale + offset for day, total in totals.items()}
    one, two = days_of(totals), days_of(other)
    for column in ("stage", "wave", "peak_on", "trended_days"):
        assert one[column].tolist() == two[column].tolist(), column
    assert two["smooth_views"] == pytest.approx(scale * one["smooth_views"])


@pytest.mark.parametrize("seed", range(8))
def test_the_noise_of_small_counts_is_no_wave(seed):
    views = np.random.default_rng(seed).poisson(0.3, 300)
    found = days_of(daily(views))
    assert set(found["wave"]) == {0}
    assert "Decline" not in found["stage"][:250]


def test_from_two_views_to_six_for_a_few_days_is_no_wave():
    views = np.r_[[2] * 40, [6] * 3, [2] * 40]
    found = days_of(daily(views))
    assert set(found["stage"]) <= {"Rising", "Peak"}
    thousands = days_of(daily(1_000 * views))
    assert found["wave"].max() == thousands["wave"].max() == 0


def test_ten_flat_days_after_a_wave_stay_dead():
    totals = daily(np.r_[np.round(2_000 * shape(10, 60)), np.zeros(10)])
    assert set(days_of(totals)["stage"][-10:]) == {"Death"}


def test_a_total_that_was_read_ten_times_too_high_is_forgotten_once_others_say_so():
    right = daily(2_000 + 400_000 * shape(40, 110))
    wrong = right | {20.5: 10 * right[20.5]}
    unread = {day: total for day, total in right.items() if day != 20.5}
    true, slipped = days_of(unread), days_of(wrong)
    for column in true:
        differ = np.flatnonzero(true[column] != slipped[column])
        # Row 19 is day 20; the totals of days 21 and 22 contradict it.
        assert set(differ) <= {19, 20}, column
    known = {day: total for day, total in wrong.items() if day < 22}
    assert days_of(known)["view_count"][-1] == wrong[20.5]


def test_the_newest_total_of_a_day_is_the_day_s():
    totals = daily([10_000] * 20)
    found = days_of(totals | {10.2: 9_000_000})
    assert found["daily_views"] == pytest.approx(np.full(19, 10_000))


def test_a_first_total_that_was_far_too_high_is_forgotten():
    right = daily(2_000 + 400_000 * shape(40, 110))
    wrong = right | {0.5: 10 * right[0.5]}
    found = days_of(wrong)
    assert found["peak_on"][-1] == date(2026, 1, 1) + timedelta(40)
    assert found["daily_views"][10] == pytest.approx(days_of(right)["daily_views"][10])


def test_totals_that_fell_after_they_had_stood_were_no_miscount():
    before = {float(day): 1_000_001 + 100_000 * day for day in range(10)}
    after = {float(day): 1_000_001 + 1_000 * day for day in range(10, 30)}
    found = days_of(before | after)
    assert found["peak_views"][-1] == pytest.approx(98_000)


def test_what_is_not_observed_any_more_has_rows_for_thirty_days():
    totals = daily([50_000] * 20)
    found = days_of(totals, last=100)
    assert found["day"][-1] == date(2026, 1, 1) + timedelta(19 + 30)
    seen = days_of(totals | {90.5: totals[19.5] + 71 * 50_000})
    assert seen["day"][-1] == date(2026, 1, 1) + timedelta(90)
    assert len(seen["day"]) == 19 + 30 + 1
    assert seen["daily_views"][-1] == pytest.approx(50_000)


def test_rates_are_over_twenty_hours_at_least():
    totals = {0.5: 1_000_001, 1.5: 1_010_001, 2.99: 1_020_001, 3.01: 1_029_001}
    found = days_of(totals)["daily_views"]
    assert found[-1] == pytest.approx(19_000 / 1.51)
    assert len(days_of({0.9: 1_000, 1.1: 2_000})["day"]) == 0


def test_five_days_by_the_hour_are_five_rows():
    totals = {hour / 24: 1_000_003 + 1_000 * hour for hour in range(128)}
    found = days_of(totals)
    assert len(found["day"]) == 5
    assert found["daily_views"] == pytest.approx(np.full(5, 24_000))


def test_every_second_total_says_nearly_as_much():
    views = 2_000 + 400_000 * shape(40, 110)
    totals = [*daily(views).items()]
    found = days_of(dict(totals[::2]))
    called = np.argmax(found["stage"] == "Decline")
    assert 40 < called + 1 <= 40 + 11
    assert abs(found["peak_on"][called] - date(2026, 2, 10)) <= timedelta(2)


def test_a_trend_seen_from_its_decline_on_is_called_in_the_end():
    found = days_of(daily(400_000 * 0.5 ** (np.arange(90) / 8)))
    assert found["wave"][-1] == 0
    assert found["stage"][60] in ("Decline", "Death")


def test_bought_views_are_taken_from_the_day_they_were_seen():
    videos = [("a", 10, 300_000, 1), ("b", 10, 100_000, 0), ("b", 12, 700_000, 0)]
    found = days_of(daily([50_000] * 60), videos)
    share = dict(zip(found["day"], found["bot_share"], strict=True))
    first = date(2026, 1, 1)
    assert share[first + timedelta(9)] == pytest.approx(0.02)
    assert share[first + timedelta(10)] == pytest.approx(300_400 / 420_000)
    assert share[first + timedelta(12)] == pytest.approx(300_400 / 1_020_000)
    assert share[first + timedelta(45)] == pytest.approx(0.02)
    real = found["real_daily_views"] / found["daily_views"]
    assert real == pytest.approx(1 - found["bot_share"])
    # Row 11 is day 12; a week's views are freed from a week's bots.
    week = found["bot_share"][5:12].mean()
    assert found["smooth_views"][11] == pytest.approx(50_000 * (1 - week))


def test_videos_seen_before_the_first_total_count_from_it_on():
    videos = [("a", -3, 300_000, 1), ("b", -2, 100_000, 0)]
    found = days_of(daily([50_000] * 20), videos)
    assert found["bot_share"][0] == pytest.approx(300_400 / 420_000)


def test_velocity_is_against_a_week_before():
    found = days_of(daily(10_000 * 1.02 ** np.arange(40)))
    assert found["velocity_rate"][-1] == pytest.approx(1.02**7 - 1, abs=0.002)
    assert set(found["velocity_rate"][:7]) == {0}


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.floats(0, 60).map(lambda day: round(day, 3)),
        st.integers(0, 10**12)
        | st.integers(10, 9_999).map(lambda n: n * 10**7)
        | st.just(0),
        min_size=2,
        max_size=60,
    )
)
def test_whatever_is_seen_the_rows_make_sense(totals):
    found = days_of(totals, last=70)
    if not len(found["day"]):
        return
    seen_on = np.array([at.date() for at in found["observed_at"]])
    assert max(found["day"] - seen_on) <= timedelta(30)
    gaps = np.diff(found["day"]) > timedelta(1)
    assert all((found["day"] == seen_on)[1:][gaps])
    if [totals[day] for day in sorted(totals)] == sorted(totals.values()):
        # A gap begins when nothing was known for 30 days, and ends with a new total.
        # (Where a total proves a miscount, too few may be left to tell anything.)
        assert all((found["day"] - seen_on)[:-1][gaps] == timedelta(30))
        assert found["day"][-1] == min(
            seen_on[-1] + timedelta(30), date(2026, 1, 1) + timedelta(70)
        )
    for column in ("daily_views", "smooth_views", "days_since_peak", "trended_days"):
        assert found[column].min() >= 0
    assert np.all((found["level"] >= 0) & (found["level"] <= 1))
    assert np.all(found["peak_views"] >= found["wave_peak_views"])
    age = found["day"] - found["day"][0] + timedelta(1)
    assert all(found["trended_days"] * timedelta(1) <= age)
