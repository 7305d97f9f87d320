from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from ml.refresh import refresh
from ml.trends import trends
from store.bulk import merge_rows
from store.database import Database
from store.errors import MissingError, NotEnoughDataError
from store.settings import Settings
from store.tables import HashtagSnapshot, Video

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
# A month of calm, a week's climb, then a fall by an eighth a day.
DAILY = (
    [1000.0] * 30
    + [1000 * 1.8**n for n in range(1, 8)]
    + [1000 * 1.8**7 * 0.88**n for n in range(1, 40)]
)


@pytest.fixture
def store(on_sqlite):
    total = 0
    rows = []
    for day, views in enumerate(DAILY):
        total += int(views)
        rows.append(
            {
                "hashtag": "ribbed",
                "observed_at": START + timedelta(days=day),
                "view_count": total,
                "source": "import",
            }
        )
    with on_sqlite.writing() as session:
        merge_rows(session, HashtagSnapshot, pa.Table.from_pylist(rows))
    return on_sqlite


def at(store, day: int) -> dict:
    (row,) = trends(store, ["#Ribbed"], date(2026, 1, 1) + timedelta(day))
    return row


def test_a_trend_passes_through_its_stages(store):
    assert at(store, 33)["stage"] == "Rising"
    top = at(store, 38)
    assert top["stage"] in ("Rising", "Peak")
    assert at(store, 46)["stage"] == "Decline"
    last = at(store, 75)
    assert last["stage"] == "Death"
    # Seven days are averaged, so the peak is seen a few days late, and stays put.
    assert 0 <= (last["peak_on"] - date(2026, 2, 6)).days <= 5
    assert last["days_since_peak"] == 75 - (last["peak_on"] - date(2026, 1, 1)).days


def test_the_length_counts_the_wave_not_the_calm_before(store):
    assert at(store, 20)["trended_days"] <= 20
    assert 15 < at(store, 75)["trended_days"] < 35


def test_the_peak_of_a_day_is_the_one_seen_so_far(store):
    early = at(store, 34)
    assert early["peak_on"] <= date(2026, 1, 1) + timedelta(34)
    assert early["peak_on"] < at(store, 75)["peak_on"]


def test_bought_views_are_counted_out(store):
    fake = {"like_count": 5, "comment_count": 0, "share_count": 0}
    farm = {"like_count": 40_000, "comment_count": 1, "share_count": 0}
    real = {"like_count": 9_000, "comment_count": 300, "share_count": 90}
    tiny = {"like_count": 0, "comment_count": 0, "share_count": 0}
    videos = [
        {
            "video_id": str(number),
            "hashtag": "ribbed",
            "observed_at": START + timedelta(days=40),
            "view_count": views,
            **counts,
        }
        for number, (views, counts) in enumerate(
            [(100_000, fake), (100_000, farm), (200_000, real), (50, tiny)]
        )
    ]
    before = at(store, 41)
    with store.writing() as session:
        merge_rows(session, Video, pa.Table.from_pylist(videos))
    assert at(store, 39)["bot_share"] == pytest.approx(0.02)
    after = at(store, 41)
    assert after["bot_share"] == pytest.approx(0.48, abs=0.02)
    assert after["real_daily_views"] < 0.6 * before["real_daily_views"]


def stand_still(store, days: int) -> None:
    still = [
        {
            "hashtag": "still",
            "observed_at": START + timedelta(days=day),
            "view_count": 1200,
            "source": "import",
        }
        for day in range(days)
    ]
    with store.writing() as session:
        merge_rows(session, HashtagSnapshot, pa.Table.from_pylist(still))


def test_a_hashtag_that_stands_still_is_dead_in_the_end_not_broken(store):
    stand_still(store, 10)
    (row,) = trends(store, ["still"])
    assert (row["stage"], row["wave"], row["level"]) == ("Peak", 0, 0)
    stand_still(store, 70)
    (row,) = trends(store, ["still"])
    assert (row["stage"], row["trended_days"], row["level"]) == ("Death", 0, 0)
    refresh(store, store.settings)


def test_one_that_is_not_observed_any_more_is_answered_as_it_was_last_known(store):
    stand_still(store, 200)
    (row,) = trends(store, ["ribbed"])
    seen_on = date(2026, 1, 1) + timedelta(len(DAILY) - 1)
    assert row["observed_at"].date() == seen_on
    assert row["day"] == seen_on + timedelta(30)
    assert row["stage"] == "Death"


def test_what_is_dated_after_today_is_not_used_yet(store):
    later = {
        "hashtag": "ribbed",
        "observed_at": datetime(2999, 1, 1, tzinfo=UTC),
        "view_count": 10**12,
        "source": "import",
    }
    with store.writing() as session:
        merge_rows(session, HashtagSnapshot, pa.Table.from_pylist([later]))
    (row,) = trends(store, ["ribbed"])
    assert row["day"] == date(2026, 1, 1) + timedelta(len(DAILY) - 1)


def test_any_day_is_answered_as_it_was_known_then(store):
    asked = range(1, len(DAILY), 3)
    days = [at(store, day) for day in asked]
    assert [row["day"] for row in days] == [
        date(2026, 1, 1) + timedelta(day) for day in asked
    ]
    assert all(row["peak_on"] <= row["day"] for row in days)
    assert {row["wave"] for row in days} == {0, 1}


def test_days_left_come_with_the_bounds_of_most_trends(store):
    rows = []
    for number in range(12):
        # All rise on day 36 and fall at a pace of their own; number 0 does so last.
        start, fall = (140, 20) if number == 0 else (36, 20 + 4 * number)
        total = 0
        for day in range(150):
            on = day >= start
            total += int(
                100_000 * 0.1 ** (max(day - start - 4, 0) / fall) if on else 500
            )
            rows.append(
                {
                    "hashtag": f"done{number}",
                    "observed_at": START + timedelta(days=day),
                    "view_count": total,
                    "source": "import",
                }
            )
    with store.writing() as session:
        merge_rows(session, HashtagSnapshot, pa.Table.from_pylist(rows))
    answers = {row["hashtag"]: row for row in trends(store, [])}
    dead = answers["done5"]
    assert dead["stage"] == "Death"
    assert dead["expected_days_left"] is dead["expected_days_left_high"] is None
    (young,) = trends(store, ["done0"])
    left = [young[f"expected_days_left{end}"] for end in ("_low", "", "_high")]
    assert left == sorted(left)
    assert 0 < left[0] < left[2]


def test_unknown_hashtags_and_empty_stores_are_said_so(store, tmp_path):
    with pytest.raises(MissingError, match="nosuch"):
        trends(store, ["nosuch"])
    empty = Database(Settings(data_dir=tmp_path / "empty"))
    empty.upgrade()
    with pytest.raises(NotEnoughDataError, match="trendguard import"):
        trends(empty, [])
    empty.close()
