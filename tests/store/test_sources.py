from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from store.clock import utc_now
from store.sources import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_REFUSALS,
    note_outcome,
    set_source_paused,
    source_of,
    standing_of,
    standings,
)
from store.tables import CrawlRun


def note(database, *outcomes, source="ebay", retry_after=None):
    for outcome in outcomes:
        run = CrawlRun(
            run_id=uuid4().hex,
            request_key=uuid4().hex,
            spider="ebay_search",
            source=source,
            arguments={},
            state="done",
            outcome=outcome,
            asked_by="schedule",
            queued_at=utc_now(),
        )
        with database.writing() as session:
            note_outcome(session, run, retry_after)
    return standing(database, source)


def standing(database, source="ebay"):
    with database.reading() as session:
        return standing_of(session, source)


def test_a_single_refusal_is_an_accident_and_some_in_a_row_are_not(database):
    assert standing(database).why_not is None
    assert note(database, *["blocked"] * (MOST_REFUSALS - 1)).why_not is None
    spared = note(database, "blocked")
    assert spared.is_spared
    assert "ebay is left alone until" in spared.why_not
    assert standing(database, "poshmark").why_not is None


def test_it_is_left_alone_twice_as_long_each_time_and_a_day_at_most(database):
    with time_machine.travel(utc_now(), tick=False):
        pauses = []
        note(database, *["blocked"] * (MOST_REFUSALS - 1))
        for _ in range(7):
            spared = note(database, "blocked")
            pauses.append(spared.spared_until - utc_now())
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(
    "answer", ["ok", "empty", "not_found", "changed", "login_wall"]
)
def test_an_answer_closes_the_breaker_and_a_failure_does_not(database, answer):
    note(database, *["blocked"] * (MOST_REFUSALS - 1), "failed")
    assert note(database, "blocked").is_spared
    assert note(database, answer).why_not is None
    assert standing(database).refused_count == 0


def test_one_crawl_may_try_when_the_time_has_passed(database):
    now = utc_now()
    with time_machine.travel(now, tick=False):
        note(database, *["blocked"] * MOST_REFUSALS)
    with time_machine.travel(now + FIRST_PAUSE + timedelta(seconds=1), tick=False):
        assert standing(database).why_not is None
        again = note(database, "blocked")
        assert again.spared_until - utc_now() == 2 * FIRST_PAUSE


@pytest.mark.parametrize(
    ("asked", "kept"), [(90, timedelta(seconds=90)), (10**9, LONGEST_PAUSE)]
)
def test_the_pause_that_a_site_asks_for_is_kept(database, asked, kept):
    with time_machine.travel(utc_now(), tick=False):
        spared = note(database, "blocked", retry_after=asked)
        assert spared.spared_until - utc_now() == kept


def test_a_person_pauses_and_resumes(database):
    note(database, *["blocked"] * MOST_REFUSALS)
    with database.writing() as session:
        set_source_paused(session, "ebay", paused=True)
    assert "paused" in standing(database).why_not
    assert "paused" in note(database, "ok").why_not
    with database.writing() as session:
        set_source_paused(session, "ebay", paused=False)
    assert standing(database).why_not is None


def test_all_sites_have_a_standing(database):
    note(database, "blocked", source="shop.example")
    with database.reading() as session:
        found = standings(session)
    assert {"ebay", "poshmark", "tiktok", "shop.example"} <= set(found)
    assert found["shop.example"].refused_count == 1


def test_a_site_of_an_unknown_spider_is_its_name():
    assert source_of("poshmark_search", {"query": "x"}) == "poshmark"
    assert source_of("of_another_version", {}) == "of_another_version"
