"""The jobs and their queue: huey carries keys, the database decides who runs what.

A row is made once (its key is unique) and claimed once (only from ``queued``), so it
does not matter how often, or by how many workers, a key is taken from the queue.
A crawl is a child process: Twisted's reactor can't be started twice.
"""

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.api import TaskWrapper
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, exists, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select, update

from store.clock import utc_now
from store.database import Database
from store.errors import MissingError, TrendGuardError
from store.logs import set_up_logs
from store.people.retention import enforce_retention
from store.settings import Settings, get_settings
from store.tables import CrawlRun, JobRun
from store.turns import JOB_CLAIMS, wait_for_turn

logger = logging.getLogger("trendguard.jobs")

WORKER_THREADS = 2
# Between the end of a crawl's patience and somebody else's verdict on it.
GRACE = timedelta(seconds=60)
STALE_JOB_AFTER = timedelta(hours=3)
# Their time slots never come again; what was crawled stays on record.
KEEP_ENDED_JOBS = timedelta(days=30)
# These write the derived tables: one at a time of all of them.
DERIVING = frozenset({"refresh", "train"})
STOP_SECONDS = 10
# A crawl that dies under its worker is carried on; one that always does is given up.
MOST_ATTEMPTS = 3
MESSAGE_CHARACTERS = 2000

_stopping = threading.Event()
_jobs_under_way: set[str] = set()
# Held while a job is claimed or leaves the set, and for good by a worker that stops.
_claiming = threading.Lock()


def request_crawl(
    database: Database,
    settings: Settings,
    spider: str,
    arguments: dict[str, str],
    *,
    asked_by: str,
    request_key: str,
) -> CrawlRun:
    """Queue a crawl, once: the same key again is the same run.

    Parameters
    ----------
    asked_by : str
        ``schedule``, ``admin`` or ``cli``.
    request_key : str
        Who asked for what.
    """
    with database.writing() as session:
        run, is_new = add_crawl(session, spider, arguments, asked_by, request_key)
    if is_new:
        enqueue(settings, "crawl", run.run_id)
    return run


def add_crawl(
    session: Session,
    spider: str,
    arguments: dict[str, str],
    asked_by: str,
    request_key: str,
) -> tuple[CrawlRun, bool]:
    """Make a crawl's row in the caller's transaction; `enqueue` it after the commit.

    Returns
    -------
    tuple of CrawlRun and bool
        The run of this key, and whether it is new.
    """
    run = CrawlRun(
        run_id=uuid.uuid4().hex,
        request_key=request_key,
        spider=spider,
        arguments=arguments,
        state="queued",
        asked_by=asked_by,
        queued_at=utc_now(),
    )
    if _inserted(session, run):
        return run, True
    same_key = select(CrawlRun).where(CrawlRun.request_key == request_key)
    return session.exec(same_key).one(), False


def once(database: Database, job: str, slot: str) -> bool:
    """Queue a job for a time slot, unless somebody already did; tell whether we did."""
    job_key = f"{job}@{slot}"
    run = JobRun(job_key=job_key, job=job, state="queued", queued_at=utc_now())
    with database.writing() as session:
        is_new = _inserted(session, run)
    if is_new:
        enqueue(database.settings, "job", job_key)
    return is_new


def enqueue(settings: Settings, task: str, key: str) -> None:
    """Put the key of a row on the queue; a lost one is found by the housekeeping."""
    try:
        queue(settings).tasks[task](key)
    except (RedisError, sqlite3.Error, OSError) as error:
        logger.warning("the queue is away (%s); %s waits", type(error).__name__, task)


def run_crawl(database: Database, settings: Settings, run_id: str) -> None:
    """Carry out a queued crawl in a child process, if nobody else has claimed it."""
    with database.writing() as session:
        if not _claimed_crawl(session, run_id):
            return
        run = session.get_one(CrawlRun, run_id)
    message, was_killed = _crawl_in_child(run, _patience_seconds(settings))
    # The child writes its own outcome; what is still open died without a word.
    if _stopping.is_set() or was_killed:
        _carry_on(database, message, col(CrawlRun.run_id) == run_id)
    else:
        _end_crawls(database, message, col(CrawlRun.run_id) == run_id)


def run_job(database: Database, settings: Settings, job_key: str) -> None:
    """Carry out a queued job, if nobody else has claimed it; keep what came of it."""
    name = job_key.split("@", maxsplit=1)[0]
    with _claiming:
        if not _claimed_job(database, job_key, name):
            return
        _jobs_under_way.add(job_key)
    try:
        result = json.loads(json.dumps(JOBS[name](database, settings), default=str))
        _finish_job(database, job_key, "done", "done", result)
    except TrendGuardError as error:
        _finish_job(database, job_key, "failed", str(error), {})
    except Exception as error:
        logger.exception("the job %s failed", name)
        what = f"{type(error).__name__}; the worker's log says where"
        _finish_job(database, job_key, "failed", what, {})
    finally:
        with _claiming:
            _jobs_under_way.discard(job_key)


def clean_up(database: Database, settings: Settings) -> dict[str, int]:
    """Carry on or close what a dead worker left, and queue again what was lost."""
    now = utc_now()
    patience = timedelta(seconds=_patience_seconds(settings)) + GRACE
    claimed_at = func.coalesce(CrawlRun.claimed_at, CrawlRun.started_at)
    dead_crawls = _carry_on(
        database, "the worker died under it", claimed_at < now - patience
    )
    with database.writing() as session:
        dead_jobs = session.execute(
            update(JobRun)
            .where(
                col(JobRun.state) == "running",
                col(JobRun.started_at) < now - STALE_JOB_AFTER,
            )
            .values(state="failed", finished_at=now, message="the worker died under it")
        ).rowcount  # type: ignore[attr-defined]
        old_jobs = session.execute(
            delete(JobRun).where(
                col(JobRun.state).in_(["done", "failed"]),
                col(JobRun.finished_at) < now - KEEP_ENDED_JOBS,
            )
        ).rowcount  # type: ignore[attr-defined]
    return {
        "dead_crawls": dead_crawls,
        "dead_jobs": dead_jobs,
        "old_jobs": old_jobs,
        "queued_again": _queue_again(database, settings),
    }


def work() -> None:
    """Carry out queued jobs in this process, until SIGINT or SIGTERM."""
    settings = get_settings()
    set_up_logs(settings)
    database = Database(settings)
    clean_up(database, settings)
    worker = _Worker(
        queue(settings).huey,
        workers=WORKER_THREADS,
        periodic=False,
        max_delay=1.0,
        shutdown_timeout=STOP_SECONDS,
    )
    worker.run()
    _claiming.acquire(timeout=STOP_SECONDS)  # nothing is claimed from here on
    unfinished = sorted(_jobs_under_way)
    database.close()
    if unfinished:
        # Their threads can't be ended, but another program in place of this one ends
        # them all; only then may somebody else begin the same jobs.
        give_back = "import sys, jobs; jobs.give_back_jobs(sys.argv[1:])"
        command = [sys.executable, "-c", give_back, *unfinished]
        os.execv(sys.executable, command)  # noqa: S606


def give_back_jobs(job_keys: list[str]) -> None:
    """Put jobs back on the queue that a worker, gone by now, has left unfinished."""
    settings = get_settings()
    database = Database(settings)
    with database.writing() as session:
        back = (
            update(JobRun)
            .where(col(JobRun.job_key).in_(job_keys), col(JobRun.state) == "running")
            .values(state="queued", started_at=None)
        )
        session.execute(back)
    for job_key in job_keys:
        enqueue(settings, "job", job_key)
    database.close()


@dataclass(frozen=True)
class Queue:
    """A queue and what can be put on it."""

    huey: Huey
    """Redis or a file."""

    tasks: dict[str, TaskWrapper]
    """``crawl`` and ``job``; called with a key, they are queued."""


@cache
def queue(settings: Settings) -> Queue:
    """Return the queue of these settings: Redis where one is set, else a file."""
    options = {"results": False, "serializer": _JsonSerializer()}
    if settings.redis_url:
        huey = RedisHuey("trendguard", url=settings.redis_url, **options)
    else:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        file = settings.data_dir / "queue.db"
        huey = SqliteHuey("trendguard", filename=str(file), timeout=30, **options)
    database = cache(lambda: Database(settings))
    crawl = huey.task(name="crawl")(lambda key: run_crawl(database(), settings, key))
    job = huey.task(name="job")(lambda key: run_job(database(), settings, key))
    return Queue(huey, {"crawl": crawl, "job": job})


class _JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON, not pickle: who reaches the queue can't run code by it."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


class _Worker(Consumer):  # type: ignore[misc]
    """Stops the same way on both signals: crawls are ended and given back."""

    def stop(self, graceful: bool = True) -> None:  # noqa: ARG002
        _stopping.set()
        super().stop(graceful=True)


def _refresh(database: Database, settings: Settings) -> dict[str, Any]:
    from ml.refresh import refresh  # noqa: PLC0415 - the server needs no model code

    return dict(refresh(database, settings))


def _train(database: Database, settings: Settings) -> dict[str, Any]:
    from ml.training import train  # noqa: PLC0415

    # A new model is nothing to a shopper before its cards are made.
    return dict(train(database, settings)) | _refresh(database, settings)


def _monitor(database: Database, settings: Settings) -> dict[str, Any]:
    from ml.monitoring.report import monitor  # noqa: PLC0415

    return monitor(database, settings)


def _nightly(database: Database, settings: Settings) -> dict[str, Any]:
    from interventions.nightly import nightly  # noqa: PLC0415

    return nightly(database, settings)


def _findings(database: Database, settings: Settings) -> dict[str, Any]:
    from reporting.findings.computing import find  # noqa: PLC0415

    return find(database, settings)


def _alerts(database: Database, settings: Settings) -> dict[str, Any]:
    from reporting.alerts.raising import raise_alerts  # noqa: PLC0415
    from reporting.alerts.sending import send_alerts  # noqa: PLC0415

    raised = raise_alerts(database, settings)
    return {"raised": len(raised)} | send_alerts(database, settings)


JOBS: dict[str, Callable[[Database, Settings], dict[str, Any]]] = {
    "refresh": _refresh,
    "train": _train,
    "monitor": _monitor,
    "nightly": _nightly,
    "findings": _findings,
    "alerts": _alerts,
    "retention": lambda database, settings: dict(enforce_retention(database, settings)),
    "housekeeping": lambda database, settings: dict(clean_up(database, settings)),
}


def _patience_seconds(settings: Settings) -> float:
    # A crawl that is too slow ends itself and says so; this is for one that hangs.
    return settings.crawl_timeout_seconds * 1.05


def _crawl_in_child(run: CrawlRun, patience_seconds: float) -> tuple[str, bool]:
    arguments = (f"-a{name}={value}" for name, value in run.arguments.items())
    command = [sys.executable, "-m", "cli", "crawl", run.spider, *arguments]
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            [*command, "--run-id", run.run_id, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        in_time = _waited(child, patience_seconds)
        _kill_group(child)
        if not in_time:
            return f"ended, for it took longer than {patience_seconds:.0f} s", False
        complaints.seek(0)
        last = complaints.read().decode(errors="replace").strip()
        message = f"exit code {child.returncode}: {last}"[-MESSAGE_CHARACTERS:]
        return message, child.returncode < 0


def _waited(child: subprocess.Popen[bytes], patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline and not _stopping.is_set():
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.2)
            return True
    return False


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    # The group, for a browser may outlive the crawl that started it. Killed, not
    # asked: a page is kept whole or not at all, and the next attempt goes on after it.
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _inserted(session: Session, row: CrawlRun | JobRun) -> bool:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _claimed_crawl(session: Session, run_id: str) -> bool:
    now = utc_now()
    claim = (
        update(CrawlRun)
        .where(col(CrawlRun.state) == "queued", col(CrawlRun.run_id) == run_id)
        .values(
            state="running",
            claimed_at=now,
            started_at=func.coalesce(CrawlRun.started_at, now),
            attempt_count=CrawlRun.attempt_count + 1,
        )
    )
    return bool(session.execute(claim).rowcount == 1)  # type: ignore[attr-defined]


def _claimed_job(database: Database, job_key: str, name: str) -> bool:
    other = aliased(JobRun)
    names = DERIVING if name in DERIVING else {name}
    # What has to wait is found again by the housekeeping.
    busy = exists().where(col(other.job).in_(names), col(other.state) == "running")
    with database.writing() as session:
        # Without it, two claims at once would each not see the other.
        wait_for_turn(session, JOB_CLAIMS)
        claim = (
            update(JobRun)
            .where(col(JobRun.job_key) == job_key, col(JobRun.state) == "queued", ~busy)
            .values(state="running", started_at=utc_now())
        )
        return bool(session.execute(claim).rowcount == 1)  # type: ignore[attr-defined]


def _carry_on(database: Database, message: str, which: ColumnElement[bool]) -> int:
    """Queue these running crawls again, and end those that die each time."""
    # To be stopped is not the crawl's fault.
    spared = int(_stopping.is_set())
    attempts = col(CrawlRun.attempt_count) - spared
    with database.writing() as session:
        back = (
            update(CrawlRun)
            .where(which, col(CrawlRun.state) == "running", attempts < MOST_ATTEMPTS)
            .values(state="queued", attempt_count=attempts)
            .returning(col(CrawlRun.run_id))
        )
        run_ids = session.execute(back).scalars().all()
    for run_id in run_ids:
        enqueue(database.settings, "crawl", run_id)
    return len(run_ids) + _end_crawls(database, message, which)


def _end_crawls(database: Database, message: str, which: ColumnElement[bool]) -> int:
    with database.writing() as session:
        end = (
            update(CrawlRun)
            .where(col(CrawlRun.state) == "running", which)
            .values(
                state="done", outcome="failed", finished_at=utc_now(), message=message
            )
        )
        return int(session.execute(end).rowcount)  # type: ignore[attr-defined]


def _finish_job(
    database: Database, job_key: str, state: str, message: str, result: dict[str, Any]
) -> None:
    with database.writing() as session:
        run = session.get(JobRun, job_key)
        if run is None:
            raise MissingError(f"no job {job_key}")
        run.state, run.finished_at = state, utc_now()
        run.message, run.result = message[:MESSAGE_CHARACTERS], result


def _queue_again(database: Database, settings: Settings) -> int:
    try:
        waiting = _keys_on_the_queue(settings)
    except (RedisError, sqlite3.Error, OSError):
        return 0
    before = utc_now() - GRACE
    with database.reading() as session:
        crawls = session.exec(
            select(CrawlRun.run_id).where(
                CrawlRun.state == "queued", CrawlRun.queued_at < before
            )
        ).all()
        jobs = session.exec(
            select(JobRun.job_key).where(
                JobRun.state == "queued", JobRun.queued_at < before
            )
        ).all()
    lost = [("crawl", run_id) for run_id in crawls if run_id not in waiting]
    lost += [("job", job_key) for job_key in jobs if job_key not in waiting]
    for task, key in lost:
        enqueue(settings, task, key)
    return len(lost)


def _keys_on_the_queue(settings: Settings) -> set[str]:
    messages = queue(settings).huey.storage.enqueued_items()
    return {key for message in messages for key in json.loads(message)[6]}
