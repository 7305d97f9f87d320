from datetime import UTC, date, datetime

import pytest

from store.cadence import DAY_MINUTES, WEEK_MINUTES, first_due, minutes_between
from store.clock import utc_now
from store.tables import CrawlRun, HashtagDay, Product, ProductDay, Watch
from tests.store.rows import filled


def watch(**changes):
    given = {"spider": "tiktok_tag", "target": "lamp", "every_minutes": 77}
    given |= {"adapts": True, "asked_by": "import", "next_due_at": utc_now()}
    return Watch(**given | changes)


def minutes(database, watched):
    with database.reading() as session:
        return minutes_between(session, watched)


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("Rising", 60), ("Peak", 180), ("Decline", DAY_MINUTES), ("Death", WEEK_MINUTES)],
)
def test_a_hashtag_is_asked_for_as_its_trend_goes(database, stage, expected):
    with database.writing() as session:
        session.add(filled(HashtagDay, hashtag="lamp", day=date(2026, 5, 1), stage="x"))
        session.add(
            filled(HashtagDay, hashtag="lamp", day=date(2026, 5, 2), stage=stage)
        )
    assert minutes(database, watch()) == expected
    assert minutes(database, watch(target="vase")) == 77
    assert minutes(database, watch(adapts=False)) == 77


def test_offers_of_a_product_are_asked_for_as_its_trend_goes(database):
    with database.writing() as session:
        session.add(Product(product_id="p1", title="Lamp"))
    with database.writing() as session:
        session.add(
            filled(ProductDay, product_id="p1", day=date(2026, 5, 2), stage="Death")
        )
    offers = watch(spider="ebay_search", target="oak lamp", product_id="p1")
    assert minutes(database, offers) == WEEK_MINUTES
    assert minutes(database, watch(spider="ebay_search", product_id=None)) == 77


def test_what_is_not_there_is_asked_for_once_a_week(database):
    with database.writing() as session:
        session.add(filled(CrawlRun, run_id="r", request_key="k", outcome="not_found"))
    assert minutes(database, watch(last_run_id="r")) == WEEK_MINUTES
    assert minutes(database, watch(last_run_id="gone")) == 77


def test_not_all_are_due_at_once():
    day = date(2026, 5, 1)
    times = {first_due(f"hashtag {n}", day) for n in range(50)}
    assert len(times) > 40
    assert all(at.date() == day for at in times)
    assert first_due("lamp", day) == first_due("lamp", day)
    assert first_due("lamp", day) >= datetime(2026, 5, 1, tzinfo=UTC)
