import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from apscheduler.triggers.cron import CronTrigger
from sqlmodel import select

import jobs
import scheduler
from store.clock import utc_now
from store.tables import AuditEvent, CrawlRun, HashtagDay, JobRun, Source, Watch
from tests.store.rows import filled

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def watch(**changed) -> Watch:
    values = {
        "spider": "ebay_search",
        "target": "ribbed leggings",
        "every_minutes": 60,
        "asked_by": "import",
        "next_due_at": NOON,
    }
    return Watch(**values | changed)


@pytest.fixture
def stored(database):
    def store(*rows):
        with database.writing() as session:
            session.add_all(rows)

    return store


def runs(database) -> list[CrawlRun]:
    with database.reading() as session:
        return list(session.exec(select(CrawlRun)).all())


def watches(database) -> list[Watch]:
    with database.reading() as session:
        return list(session.exec(select(Watch).order_by(Watch.watch_id)).all())


def test_what_is_due_is_queued_once_and_due_again_later(database, stored):
    stored(watch(product_id="p1"))
    assert scheduler.queue_due_watches(database, NOON) == 1
    assert scheduler.queue_due_watches(database, NOON) == 0
    (run,) = runs(database)
    assert run.arguments == {
        "query": "ribbed leggings",
        "show": "active",
        "pages": "1",
        "product_id": "p1",
    }
    assert (run.asked_by, run.state) == ("schedule", "queued")
    assert run.request_key == "watch-1@2026-03-01T12:00:00Z"
    assert watches(database)[0].next_due_at == NOON + timedelta(hours=1)
    assert jobs.queue(database.settings).huey.pending_count() == 1


def test_what_is_not_due_or_paused_or_unknown_is_left(database, stored):
    stored(
        watch(next_due_at=NOON + timedelta(seconds=1)),
        watch(paused=True),
        watch(spider="from_another_version"),
    )
    assert scheduler.queue_due_watches(database, NOON) == 0
    assert runs(database) == []


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"target": "  "}, "query is missing"),
        ({"spider": "tiktok_tag", "target": "#"}, "hashtag is missing"),
        ({"product_id": "p" * 201}, "product_id"),
        ({"every_minutes": 2**40}, "out of range"),
    ],
)
def test_a_watch_that_can_not_be_crawled_is_paused_and_the_others_are_not(
    database, stored, caplog, bad, why
):
    if "every_minutes" in bad and database.settings.database_url:
        pytest.skip("PostgreSQL has no room for such a number")
    early = NOON - timedelta(minutes=1)
    stored(watch(**{"next_due_at": early} | bad), watch())
    assert scheduler.queue_due_watches(database, NOON) == 1
    assert [run.arguments["query"] for run in runs(database)] == ["ribbed leggings"]
    assert [found.paused for found in watches(database)] == [True, False]
    with database.reading() as session:
        (event,) = session.exec(select(AuditEvent)).all()
    assert (event.actor, event.action) == ("schedule", "watch.pause")
    assert event.subject == "1"
    assert why in event.details["why"]
    assert why in caplog.text


def test_a_watch_of_an_unknown_spider_waits_for_a_version_that_knows_it(
    database, stored, caplog
):
    stored(watch(spider="from_another_version"), watch())
    assert scheduler.queue_due_watches(database, NOON) == 1
    other, _ = watches(database)
    assert (other.paused, other.next_due_at) == (False, NOON)
    assert "no spider 'from_another_version'" in caplog.text


def test_what_was_missed_is_made_up_for_once(database, stored):
    stored(watch(spider="tiktok_tag", target="leggings"))
    late = NOON + timedelta(hours=30, minutes=20)
    assert scheduler.queue_due_watches(database, late) == 1
    assert runs(database)[0].arguments == {"hashtag": "leggings"}
    assert watches(database)[0].next_due_at == NOON + timedelta(hours=31)


def test_several_at_once_queue_each_watch_once(database, stored):
    stored(*(watch(target=str(n)) for n in range(30)))
    counts = []
    threads = [
        threading.Thread(
            target=lambda: counts.append(scheduler.queue_due_watches(database, NOON))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 30
    assert len(runs(database)) == 30


def test_a_failure_between_leaves_the_watch_due(database, stored, monkeypatch):
    stored(watch())

    def fail(*_):
        raise RuntimeError("power cut")

    monkeypatch.setattr(scheduler, "next_due", fail)
    with pytest.raises(RuntimeError):
        scheduler.queue_due_watches(database, NOON)
    assert runs(database) == []
    assert watches(database)[0].next_due_at == NOON


@pytest.mark.parametrize("job", sorted(scheduler.TIMETABLE))
def test_every_time_it_fires_is_a_slot_of_its_own(job):
    timetable = scheduler.TIMETABLE[job]
    trigger = CronTrigger.from_crontab(timetable.cron, timezone=UTC)
    fired, at = [], NOON
    while len(fired) < 50:
        at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
        fired.append(at)
    assert len({timetable.slot(at) for at in fired}) == 50
    # Two schedulers never fire at the very same moment.
    for at in fired:
        assert timetable.slot(at) == timetable.slot(at + timedelta(seconds=20))


def test_every_job_on_the_timetable_exists():
    assert set(scheduler.TIMETABLE) <= set(jobs.JOBS)


def test_firing_queues_the_slots_job_once(database, monkeypatch):
    monkeypatch.setattr(scheduler, "_database", lambda: database)
    monkeypatch.setattr(scheduler, "utc_now", lambda: NOON)
    for _ in range(2):
        scheduler.fire("refresh")
    with database.reading() as session:
        keys = [run.job_key for run in session.exec(select(JobRun))]
    assert keys == ["refresh@2026-03-01T12"]


def test_the_times_survive_a_restart_and_two_can_start_at_once(settings):
    schedulers = []
    threads = [
        threading.Thread(
            target=lambda: schedulers.append(scheduler._scheduler(settings))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {"watches", *scheduler.TIMETABLE}
    assert [{job.id for job in s.get_jobs()} for s in schedulers] == [names] * 3
    due = NOON.replace(year=2090)
    schedulers[0].modify_job("refresh", next_run_time=due)
    for one in schedulers:
        one.shutdown()
    again = scheduler._scheduler(settings)
    assert again.get_job("refresh").next_run_time == due
    again.shutdown()


def test_what_falls_due_while_it_stops_is_due_when_it_starts_again(settings, caplog):
    due = utc_now() - timedelta(seconds=1)
    stopping = scheduler._scheduler(settings)
    stopping.modify_job("train", next_run_time=due)
    stopping.shutdown()
    assert not caplog.records
    again = scheduler._scheduler(settings)
    assert again.get_job("train").next_run_time == due
    again.shutdown()


def test_a_site_that_is_left_alone_is_asked_when_that_is_over(database, stored):
    until = utc_now() + timedelta(hours=2)
    stored(watch(), Source(source="ebay", spared_until=until, changed_at=NOON))
    assert scheduler.queue_due_watches(database, utc_now()) == 0
    assert watches(database)[0].next_due_at == until
    with time_machine.travel(until, tick=False):
        assert scheduler.queue_due_watches(database, utc_now()) == 1


def test_a_site_that_is_paused_is_due_when_it_goes_on(database, stored):
    stored(watch(), Source(source="ebay", paused=True, changed_at=NOON))
    assert scheduler.queue_due_watches(database, NOON) == 0
    assert watches(database)[0].next_due_at == NOON
    with database.writing() as session:
        session.get_one(Source, "ebay").paused = False
    assert scheduler.queue_due_watches(database, NOON) == 1


def test_what_still_waits_is_not_queued_once_more(database, stored):
    stored(watch())
    assert scheduler.queue_due_watches(database, NOON) == 1
    later = NOON + timedelta(hours=1)
    assert scheduler.queue_due_watches(database, later) == 0
    assert watches(database)[0].next_due_at == NOON + timedelta(hours=2)
    with database.writing() as session:
        session.exec(select(CrawlRun)).one().state = "done"
    assert scheduler.queue_due_watches(database, NOON + timedelta(hours=2)) == 1


def test_a_watch_that_adapts_is_due_as_its_trend_goes(database, stored):
    dead = filled(HashtagDay, hashtag="lamp", day=NOON.date(), stage="Death")
    stored(watch(spider="tiktok_tag", target="lamp", adapts=True), dead)
    assert scheduler.queue_due_watches(database, NOON) == 1
    assert watches(database)[0].next_due_at == NOON + timedelta(days=7)
