"""Crawls of one site: so many at once, none where it is paused or left alone."""

import pytest
from sqlmodel import select

import jobs
from jobs import crawls
from store.clock import utc_now
from store.sources import FIRST_PAUSE, set_source_paused
from store.tables import CrawlRun, Source


@pytest.fixture
def carried(monkeypatch, database):
    """Runs that were carried out, in turn; each looks who else is under way."""
    seen = []

    def crawl(run, _):
        with database.reading() as session:
            running = select(CrawlRun.run_id).where(CrawlRun.state == "running")
            seen.append((run.run_id, len(session.exec(running).all())))
        with database.writing() as session:
            row = session.get_one(CrawlRun, run.run_id)
            row.state, row.outcome = "done", "ok"
        return "", False

    monkeypatch.setattr(crawls, "crawl_in_process", crawl)
    return seen


def ask(database, query, spider="ebay_search"):
    return jobs.request_crawl(
        database,
        database.settings,
        spider,
        {"query": query},
        asked_by="schedule",
        request_key=f"{spider} {query}",
    ).run_id


def run(database, run_id):
    jobs.run_crawl(database, database.settings, run_id)


def state(database, run_id):
    with database.reading() as session:
        return session.get_one(CrawlRun, run_id).state


def under_way(database, run_id):
    with database.writing() as session:
        session.get_one(CrawlRun, run_id).state = "running"


def waiting(database):
    return jobs.queue(database.settings).huey.pending_count()


def test_a_busy_site_is_not_asked_twice_at_once_another_is(database, carried):
    first, second = ask(database, "cup"), ask(database, "mug")
    other = ask(database, "cup", "poshmark_search")
    under_way(database, first)
    for run_id in (second, other):
        run(database, run_id)
    assert [run_id for run_id, _ in carried] == [other]
    assert state(database, second) == "queued"


def test_as_many_as_are_allowed(database, carried):
    settings = database.settings.model_copy(update={"crawls_per_source": 2})
    first, second, third = (ask(database, name) for name in "abc")
    under_way(database, first)
    jobs.run_crawl(database, settings, second)
    assert carried == [(second, 2)]
    under_way(database, second)
    jobs.run_crawl(database, settings, third)
    assert len(carried) == 1


def test_who_waited_for_the_site_is_woken(database, carried):
    first, second = ask(database, "cup"), ask(database, "mug")
    jobs.queue(database.settings).huey.flush()  # both were taken, one in vain
    run(database, first)
    assert waiting(database) == 1
    run(database, second)
    assert [run_id for run_id, _ in carried] == [first, second]


@pytest.mark.parametrize("how", ["paused", "left alone"])
def test_a_site_that_may_not_be_asked_is_not(database, carried, how):
    run_id = ask(database, "cup")
    with database.writing() as session:
        if how == "paused":
            set_source_paused(session, "ebay", paused=True)
        else:
            until = utc_now() + FIRST_PAUSE
            session.add(Source(source="ebay", spared_until=until, changed_at=utc_now()))
    run(database, run_id)
    assert (carried, state(database, run_id)) == ([], "queued")
    with database.writing() as session:
        set_source_paused(session, "ebay", paused=False)
    run(database, run_id)
    assert len(carried) == 1
