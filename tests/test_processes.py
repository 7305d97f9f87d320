"""Schedulers and workers as real processes: everything happens exactly once."""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
import redis
from sqlalchemy import func
from sqlmodel import select

import jobs
import scheduler
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.tables import CrawlRun, JobRun, Watch
from tests.running import children_of, counting_shop, end, forked, lives, until

# On a file few: its writers wait for each other.
WATCHES = {"sqlite": 5, "redis": 200}
SCHEDULERS, WORKERS = 2, 3


@pytest.fixture
def shop():
    with counting_shop() as shop:
        yield shop


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def settings(request, tmp_path, shop) -> Settings:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    if url:
        _forget(url)
    yield Settings(
        data_dir=tmp_path / "data",
        redis_url=url,
        ebay_url=shop.url,
        crawl_delay_seconds=0.0001,
        crawls_per_source=2 * WORKERS,
        log_level="WARNING",
    )
    if url:
        _forget(url)


def _forget(url: str) -> None:
    with redis.Redis.from_url(url) as server:
        for key in server.keys("huey.*.trendguard*"):
            server.delete(key)


@pytest.fixture
def database(settings):
    database = Database(settings)
    database.upgrade()
    yield database
    database.close()


def states(database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        return [(run.state, run.outcome) for run in session.exec(select(CrawlRun))]


@pytest.mark.slow
def test_two_schedulers_and_three_workers_do_everything_once(
    settings, database, shop, tmp_path
):
    watch_count = WATCHES["redis" if settings.redis_url else "sqlite"]
    due = utc_now() - timedelta(minutes=1)
    with database.writing() as session:
        for number in range(watch_count):
            session.add(
                Watch(
                    spider="ebay_search",
                    target=f"query {number}",
                    every_minutes=600,
                    asked_by="admin",
                    next_due_at=due,
                )
            )
    # A time that was missed while nobody scheduled: both find it when they start.
    before = scheduler._scheduler(settings)
    before.modify_job("train", next_run_time=due)
    with ExitStack() as processes:
        started = [
            processes.enter_context(forked(settings, tmp_path / f"{kind}{n}", kind))
            for kind, count in (("schedule", SCHEDULERS), ("worker", WORKERS))
            for n in range(count)
        ]
        until(lambda: _all_done(database, watch_count), seconds=240)
        with database.reading() as session:
            (job,) = session.exec(select(JobRun).where(JobRun.job == "train")).all()
        until(lambda: _ended(database, job.job_key))
        # A crawl's end wakes the next, which may have been taken by then: such keys are
        # still to be taken off the queue, and nothing is to come of them.
        until(lambda: jobs.queue(settings).huey.pending_count() == 0)
        with ThreadPoolExecutor() as pool:
            assert list(pool.map(end, started)) == [0] * len(started)
    before.shutdown(wait=False)
    assert shop.queries == {f"query {n}": 1 for n in range(watch_count)}
    assert states(database) == [("done", "changed")] * watch_count
    for log in tmp_path.glob("*[0-9]"):
        assert "Traceback" not in log.read_text()


def _all_done(database, count) -> bool:
    # Asked often: 200 rows as objects take longer than a crawl.
    done = select(func.count()).where(CrawlRun.state == "done")
    with database.reading() as session:
        return session.exec(done).one() == count


def _ended(database, job_key) -> bool:
    with database.reading() as session:
        return session.get_one(JobRun, job_key).state in {"done", "failed"}


@pytest.mark.slow
def test_a_worker_that_is_stopped_gives_its_crawl_back(
    settings, database, shop, tmp_path
):
    number = signal.SIGINT if settings.redis_url else signal.SIGTERM
    shop.answers.clear()
    jobs.request_crawl(
        database,
        settings,
        "ebay_search",
        {"query": "cup"},
        asked_by="admin",
        request_key="k",
    )
    with forked(settings, tmp_path / "first", "worker") as worker:
        until(lambda: shop.queries["cup"] or states(database)[0][0] == "done")
        assert states(database) == [("running", None)]
        children = children_of(worker.pid)
        assert end(worker, number) == 0
    assert children
    with database.reading() as session:
        row = session.exec(select(CrawlRun)).one()
    assert (row.state, row.outcome) == ("queued", None), row.message
    until(lambda: not [pid for pid in children if lives(pid)], 10)
    shop.answers.set()
    with forked(settings, tmp_path / "second", "worker"):
        until(lambda: states(database) == [("done", "changed")])
    assert shop.queries["cup"] == 2
