"""The claim, the child process, the housekeeping; real processes in test_processes."""

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

import jobs
from jobs import crawl_process, crawls, tasks
from jobs.crawls import MOST_ATTEMPTS
from jobs.housekeeping import KEEP_ENDED_JOBS
from jobs.queues import keys_on_the_queue
from jobs.stopping import stopping
from sample.processes import environment
from scrapers.run import SPIDERS as REAL_SPIDERS
from store.clock import utc_now
from store.errors import NotEnoughDataError
from store.settings import Settings
from store.spiders import SPIDERS
from store.tables import CrawlRun, JobRun
from tests.running import end, lives, until


@pytest.fixture(autouse=True)
def _not_stopping():
    stopping.clear()
    yield
    stopping.clear()


def ask(database, key="k", query="cup") -> CrawlRun:
    return jobs.request_crawl(
        database,
        database.settings,
        "ebay_search",
        {"query": query},
        asked_by="admin",
        request_key=key,
    )


def run_of(database, run_id) -> CrawlRun:
    with database.reading() as session:
        return session.get_one(CrawlRun, run_id)


def job_of(database, key) -> JobRun:
    with database.reading() as session:
        return session.get_one(JobRun, key)


def pending(settings: Settings) -> int:
    return jobs.queue(settings).huey.pending_count()


def be_script(script, words, complaints):
    crawl_process.set_apart(complaints)
    sys.argv = ["trendguard", *words]
    exec(compile(script, "script", "exec"), {})


@pytest.fixture
def child(monkeypatch):
    """Put a script in the place of the crawl's own command line."""

    def child(script: str) -> None:
        monkeypatch.setattr(crawl_process, "command", partial(be_script, script))

    return child


def test_the_catalogue_of_spiders_is_the_spiders():
    assert set(SPIDERS) == set(REAL_SPIDERS)
    assert all(spider.name == name for name, spider in REAL_SPIDERS.items())


def test_a_request_is_made_and_queued_once(database):
    first = ask(database)
    assert ask(database).run_id == first.run_id
    assert pending(database.settings) == 1
    assert ask(database, key="other").run_id != first.run_id
    assert pending(database.settings) == 2


def test_requests_at_once_are_one_run(database):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(ask(database).run_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert pending(database.settings) == 1


def test_a_run_is_claimed_by_one_of_many(database, monkeypatch):
    run = ask(database)
    crawled = []
    monkeypatch.setattr(
        crawls,
        "crawl_in_process",
        lambda run, _: (str(crawled.append(run.run_id)), False),
    )
    settings = database.settings
    threads = [
        threading.Thread(target=jobs.run_crawl, args=(database, settings, run.run_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crawled == [run.run_id]


@pytest.mark.any_database
def test_the_child_is_told_what_and_writes_its_own_outcome(database, child, tmp_path):
    run = ask(database)
    told = tmp_path / "told"
    child(f"import json,sys; json.dump(sys.argv[1:], open({str(told)!r}, 'w'))")
    jobs.run_crawl(database, database.settings, run.run_id)
    assert json.loads(told.read_text()) == [
        *("crawl", "ebay_search", "-aquery=cup"),
        *("--run-id", run.run_id, "--json"),
    ]


def test_a_child_that_dies_without_a_word_is_a_failed_run(database, child):
    run = ask(database)
    child("import sys; sys.exit('no such luck')")
    jobs.run_crawl(database, database.settings, run.run_id)
    found = run_of(database, run.run_id)
    assert (found.state, found.outcome) == ("done", "failed")
    assert found.message == "exit code 1: no such luck"
    assert found.finished_at >= found.started_at


def test_what_the_child_wrote_is_not_overwritten(database, child, monkeypatch):
    run = ask(database)

    def crawl(run, _):
        with database.writing() as session:
            row = session.get_one(CrawlRun, run.run_id)
            row.state, row.outcome, row.message = "done", "blocked", "403"
        return "exit code 3: ", False

    monkeypatch.setattr(crawls, "crawl_in_process", crawl)
    jobs.run_crawl(database, database.settings, run.run_id)
    found = run_of(database, run.run_id)
    assert (found.outcome, found.message) == ("blocked", "403")


HANGS = """
import subprocess, sys, time
from pathlib import Path
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
Path({file!r}).write_text(str(grandchild.pid))
time.sleep(60)
"""


@pytest.mark.any_database
def test_a_child_that_hangs_is_ended_with_all_its_processes(database, child, tmp_path):
    file = tmp_path / "pid"
    child(HANGS.format(file=str(file)))
    settings = database.settings.model_copy(update={"crawl_timeout_seconds": 5})
    run = ask(database)
    began = time.monotonic()
    jobs.run_crawl(database, settings, run.run_id)
    assert time.monotonic() - began < 40
    found = run_of(database, run.run_id)
    assert (found.state, found.outcome) == ("done", "failed")
    assert "longer than 5 s" in found.message
    # Who was killed is not gone in the same moment.
    until(lambda: not lives(int(file.read_text())), 10)


def test_a_crawl_that_is_stopped_goes_back_to_the_queue(database, child):
    child("import time; time.sleep(60)")
    run = ask(database)
    jobs.queue(database.settings).huey.flush()
    threading.Timer(1, stopping.set).start()
    jobs.run_crawl(database, database.settings, run.run_id)
    found = run_of(database, run.run_id)
    assert (found.state, found.outcome, found.attempt_count) == ("queued", None, 0)
    assert pending(database.settings) == 1


def test_what_is_claimed_anew_at_once_is_not_ended(database, monkeypatch):
    run = ask(database)

    def set_running(*_):
        with database.writing() as session:
            session.get_one(CrawlRun, run.run_id).state = "running"

    set_running()
    # As another worker does that waits for the next key.
    monkeypatch.setattr(crawls, "enqueue", set_running)
    assert crawls.carry_on(database, "killed", CrawlRun.run_id == run.run_id) == 1
    found = run_of(database, run.run_id)
    assert (found.state, found.outcome) == ("running", None), found.message


def test_a_slot_is_taken_once(database):
    assert jobs.once(database, "refresh", "2026-03-01T10")
    assert not jobs.once(database, "refresh", "2026-03-01T10")
    assert jobs.once(database, "refresh", "2026-03-01T11")
    assert jobs.once(database, "train", "2026-03-01T10")
    assert pending(database.settings) == 3


def test_a_job_runs_once_and_says_what_came_of_it(database, monkeypatch):
    ran = []
    result = {"rows": 3, "at": utc_now()}
    monkeypatch.setitem(jobs.JOBS, "refresh", lambda *_: ran.append(1) or result)
    jobs.once(database, "refresh", "s")
    for _ in range(2):
        jobs.run_job(database, database.settings, "refresh@s")
    found = job_of(database, "refresh@s")
    assert ran == [1]
    assert (found.state, found.result["rows"]) == ("done", 3)
    assert found.started_at <= found.finished_at


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NotEnoughDataError("only 3 returns"), "only 3 returns"),
        (ZeroDivisionError("customer 7"), "ZeroDivisionError; the worker's log"),
    ],
)
def test_a_job_that_fails_says_why(database, monkeypatch, error, message):
    def fail(*_):
        raise error

    monkeypatch.setitem(jobs.JOBS, "train", fail)
    jobs.once(database, "train", "s")
    jobs.run_job(database, database.settings, "train@s")
    found = job_of(database, "train@s")
    assert found.state == "failed"
    assert found.message.startswith(message)
    assert found.finished_at is not None


def test_a_job_never_runs_beside_itself(database, monkeypatch):
    ran = []

    def refresh(*_):
        ran.append(1)
        if len(ran) == 1:  # while this one is under way
            jobs.run_job(database, database.settings, "refresh@b")
        return {}

    monkeypatch.setitem(jobs.JOBS, "refresh", refresh)
    for slot in ("a", "b"):
        jobs.once(database, "refresh", slot)
    jobs.run_job(database, database.settings, "refresh@a")
    assert ran == [1]
    assert job_of(database, "refresh@b").state == "queued"
    jobs.run_job(database, database.settings, "refresh@b")
    assert ran == [1, 1]


def test_refresh_and_train_write_the_same_tables_and_take_turns(database, monkeypatch):
    ran = []

    def train(*_):
        ran.append("train")
        for key in ("refresh@s", "housekeeping@s"):
            jobs.run_job(database, database.settings, key)
        return {}

    monkeypatch.setitem(jobs.JOBS, "train", train)
    monkeypatch.setitem(jobs.JOBS, "refresh", lambda *_: ran.append("refresh") or {})
    for job in ("train", "refresh", "housekeeping"):
        jobs.once(database, job, "s")
    jobs.run_job(database, database.settings, "train@s")
    assert ran == ["train"]
    assert job_of(database, "refresh@s").state == "queued"
    assert job_of(database, "housekeeping@s").state == "done"
    jobs.run_job(database, database.settings, "refresh@s")
    assert ran == ["train", "refresh"]


def test_claims_at_once_do_not_miss_each_other(database):
    keys = [f"{job}@{n}" for n in range(8) for job in sorted(tasks.DERIVING)]
    for key in keys:
        jobs.once(database, *key.split("@"))
    claimed, together = [], threading.Barrier(len(keys))

    def claim(key):
        together.wait()
        if tasks._claimed_job(database, key, key.split("@")[0]):
            claimed.append(key)

    threads = [threading.Thread(target=claim, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 1


# It stops while a job is deep in something that can't be ended, and that looks
# whether anybody else could begin it meanwhile.
STUBBORN = """
import time
from pathlib import Path
import jobs.work
from store.tables import JobRun

def refresh(database, settings):
    while True:
        with database.reading() as session:
            state = session.get_one(JobRun, "refresh@s").state
        with Path({log!r}).open("a") as log:
            log.write(state + "\\n")
        time.sleep(0.01)

jobs.work.STOP_SECONDS = 0.2
jobs.JOBS["refresh"] = refresh
jobs.work.work()
"""


@pytest.mark.any_database
@pytest.mark.slow
def test_a_job_is_given_back_only_when_its_thread_is_gone(database, tmp_path):
    log = tmp_path / "log"
    jobs.once(database, "refresh", "s")
    worker = subprocess.Popen(
        [sys.executable, "-c", STUBBORN.format(log=str(log))],
        env=environment(database.settings),
    )
    try:
        until(lambda: log.exists() and "running" in log.read_text())
        assert end(worker) == 0
    finally:
        worker.kill()
        worker.wait()
    assert job_of(database, "refresh@s").state == "queued"
    assert set(log.read_text().split()) == {"running"}
    assert pending(database.settings) == 1


def test_what_ended_long_ago_is_forgotten_and_crawls_are_not(database):
    long_ago = utc_now() - KEEP_ENDED_JOBS - timedelta(minutes=1)
    run = ask(database)
    with database.writing() as session:
        session.get_one(CrawlRun, run.run_id).sqlmodel_update(
            {"state": "done", "queued_at": long_ago, "finished_at": long_ago}
        )
        for slot, state, ended in (
            ("old", "done", long_ago),
            ("old-failed", "failed", long_ago),
            ("new", "done", utc_now()),
            ("waiting", "queued", None),
        ):
            key = f"refresh@{slot}"
            row = JobRun(job_key=key, job="refresh", state=state, queued_at=long_ago)
            row.finished_at = ended
            session.add(row)
    assert jobs.clean_up(database, database.settings)["old_jobs"] == 2
    with database.reading() as session:
        kept = {row.job_key for row in session.exec(select(JobRun))}
    assert kept == {"refresh@new", "refresh@waiting"}
    assert run_of(database, run.run_id).state == "done"


def test_what_a_dead_worker_left_is_carried_on_or_closed(database):
    settings = database.settings
    dead, alive = ask(database, "dead"), ask(database, "alive")
    for slot in ("dead", "alive"):
        jobs.once(database, "train", slot)
    long_ago = utc_now() - timedelta(days=1)
    with database.writing() as session:
        for run in session.exec(select(CrawlRun)):
            run.state = "running"
            run.started_at = long_ago if run.run_id == dead.run_id else utc_now()
        for job in session.exec(select(JobRun)):
            job.state = "running"
            job.started_at = long_ago if job.job_key == "train@dead" else utc_now()
    done = jobs.clean_up(database, settings)
    assert (done["dead_crawls"], done["dead_jobs"]) == (1, 1)
    assert run_of(database, dead.run_id).state == "queued"
    assert run_of(database, alive.run_id).state == "running"
    assert job_of(database, "train@dead").state == "failed"
    assert job_of(database, "train@alive").state == "running"


def test_a_crawl_that_is_killed_is_carried_on_and_given_up_in_the_end(database, child):
    child("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    run = ask(database)
    began = []
    for _ in range(MOST_ATTEMPTS):
        jobs.run_crawl(database, database.settings, run.run_id)
        found = run_of(database, run.run_id)
        began.append(found.started_at)
    assert (found.state, found.outcome) == ("done", "failed")
    assert "exit code -9" in found.message
    assert len(set(began)) == 1  # its rows are dated by it


def test_a_crawl_that_killed_every_worker_is_given_up(database):
    run = ask(database)
    with database.writing() as session:
        row = session.get_one(CrawlRun, run.run_id)
        row.state, row.attempt_count = "running", MOST_ATTEMPTS
        row.started_at = row.claimed_at = utc_now() - timedelta(days=1)
    assert jobs.clean_up(database, database.settings)["dead_crawls"] == 1
    found = run_of(database, run.run_id)
    assert (found.state, found.outcome) == ("done", "failed")
    assert "worker died" in found.message


def test_what_the_queue_lost_is_queued_again(database):
    settings = database.settings
    ask(database)
    jobs.once(database, "train", "s")
    jobs.queue(settings).huey.flush()
    assert jobs.clean_up(database, settings)["queued_again"] == 0  # too early to say
    with database.writing() as session:
        for row in (*session.exec(select(CrawlRun)), *session.exec(select(JobRun))):
            row.queued_at -= timedelta(minutes=5)
    assert jobs.clean_up(database, settings)["queued_again"] == 2
    assert pending(settings) == 2
    assert jobs.clean_up(database, settings)["queued_again"] == 0  # they wait there


def test_what_a_busy_queue_lost_is_queued_again(database):
    settings = database.settings
    lost = ask(database, "lost")
    jobs.queue(settings).huey.flush()
    waits = ask(database, "waits")
    with database.writing() as session:
        for row in session.exec(select(CrawlRun)):
            row.queued_at -= timedelta(minutes=5)
    assert jobs.clean_up(database, settings)["queued_again"] == 1
    assert keys_on_the_queue(settings) == {lost.run_id, waits.run_id}


def test_with_the_queue_away_the_run_waits_in_the_database(database):
    settings = database.settings.model_copy(
        update={"redis_url": "redis://127.0.0.1:1/0"}
    )
    run = jobs.request_crawl(
        database,
        settings,
        "ebay_search",
        {"query": "cup"},
        asked_by="admin",
        request_key="k",
    )
    assert run_of(database, run.run_id).state == "queued"
    assert jobs.clean_up(database, settings)["queued_again"] == 0


def test_messages_on_the_queue_are_json(settings):
    huey = jobs.queue(settings).huey
    jobs.enqueue(settings, "crawl", "abc")
    message = json.loads(huey.storage.dequeue())
    assert message[1] == "jobs.queues.crawl"
    assert message[6] == ["abc"]
