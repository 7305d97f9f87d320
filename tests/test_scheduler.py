import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from sqlmodel import select

import jobs
import scheduler
from store.tables import CrawlRun, JobRun, Watch

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
