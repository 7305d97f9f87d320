"""Which job runs when, nothing else: it queues, workers do.

Each scheduler keeps its own times in a file of its data folder. That two of them
make one run is not their doing: `jobs` takes each time slot once.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import ConflictingIdError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Session, col, select

import jobs
from store.cadence import minutes_between
from store.clock import utc_now
from store.database import Database
from store.errors import RequestError
from store.logs import set_up_logs
from store.settings import Settings, get_settings
from store.sources import source_of, standing_of
from store.spiders import SPIDERS, watch_arguments
from store.tables import AuditEvent, CrawlRun, Watch

logger = logging.getLogger("trendguard.scheduler")

MISFIRE_GRACE_SECONDS = 3600


@dataclass(frozen=True)
class Timetable:
    """When a job is due, and how its time slot is named."""

    cron: str
    """Minute, hour, day, month, weekday; UTC."""

    slot: Callable[[datetime], str]
    """From the time it fired to the slot it is for."""


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"


def _ten_minutes(now: datetime) -> str:
    return f"{_hour(now)}:{now.minute // 10}0"


TIMETABLE = {
    "refresh": Timetable("5 * * * *", _hour),
    "train": Timetable("20 3 * * *", _day),
    "retention": Timetable("40 2 * * *", _day),
    "findings": Timetable("10 4 * * *", _day),
    "alerts": Timetable("25 * * * *", _hour),
    "monitor": Timetable("50 */6 * * *", _hour),
    # It does nothing more where the shop's night was done; midnight comes to each time
    # zone at its own hour.
    "nightly": Timetable("40 * * * *", _hour),
    "housekeeping": Timetable("*/10 * * * *", _ten_minutes),
}
WATCHES_CRON = "* * * * *"


def run(database: Database, settings: Settings) -> None:
    """Queue jobs when they are due, until SIGINT or SIGTERM."""
    set_up_logs(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    scheduler = _scheduler(settings)
    # What fell due while nobody scheduled is in the store and fires now, once.
    queue_due_watches(database, utc_now())
    scheduler.resume()
    stop.wait()
    scheduler.shutdown(wait=True)


def fire(job: str) -> None:
    """Queue a job for the slot that has just come; the scheduler's own entry."""
    now = utc_now()
    if job == "watches":
        queue_due_watches(_database(), now)
    else:
        jobs.once(_database(), job, TIMETABLE[job].slot(now))


def queue_due_watches(database: Database, now: datetime) -> int:
    """Queue a crawl for every watch that is due and set when it is due next.

    One that can't be crawled is paused, and the audit trail says why. One of an
    unknown spider is left as it is: another version may know it. One whose site is
    paused or left alone waits until it may be asked.

    Returns
    -------
    int
        Crawls that are new in the queue.
    """
    added = []
    with database.writing() as session:
        due = (
            select(Watch)
            .where(col(Watch.next_due_at) <= now, col(Watch.paused).is_(False))
            .order_by(col(Watch.next_due_at))
            .with_for_update(skip_locked=True)
        )
        for watch in session.exec(due).all():
            if watch.spider not in SPIDERS:
                logger.warning("watch %s: no spider %r", watch.watch_id, watch.spider)
                continue
            try:
                added += _queue_watch(session, watch, now)
            except (RequestError, OverflowError) as error:
                _pause(session, watch, str(error))
    for run_id in added:
        jobs.enqueue(database.settings, "crawl", run_id)
    return len(added)


def next_due(last: datetime, every_minutes: int, now: datetime) -> datetime:
    """Return the first time after `now` on the grid that `last` is on.

    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> next_due(noon, 60, noon + timedelta(minutes=150)).hour
    15
    """
    step = timedelta(minutes=max(1, every_minutes))
    return last + step * ((now - last) // step + 1)


def _queue_watch(session: Session, watch: Watch, now: datetime) -> list[str]:
    # All that can be wrong with a watch comes before the first write.
    arguments = watch_arguments(watch.spider, watch.target, watch.product_id)
    next_due_at = next_due(watch.next_due_at, minutes_between(session, watch), now)
    standing = standing_of(session, source_of(watch.spider, arguments))
    if standing.paused:
        return []
    if standing.spared_until is not None and standing.is_spared:
        watch.next_due_at = standing.spared_until
        return []
    key = f"watch-{watch.watch_id}@{watch.next_due_at:%Y-%m-%dT%H:%M:%SZ}"
    watch.next_due_at = next_due_at
    if _is_open(session, watch.last_run_id):
        # A backlog is not made longer by what will be as new when its turn comes.
        return []
    crawl, is_new = jobs.add_crawl(session, watch.spider, arguments, "schedule", key)
    watch.last_run_id = crawl.run_id
    return [crawl.run_id] if is_new else []


def _is_open(session: Session, run_id: str | None) -> bool:
    run = session.get(CrawlRun, run_id) if run_id else None
    return run is not None and run.state in {"queued", "running"}


def _pause(session: Session, watch: Watch, why: str) -> None:
    logger.warning("watch %s is paused: %s", watch.watch_id, why)
    watch.paused = True
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor="schedule",
            action="watch.pause",
            subject=str(watch.watch_id),
            details={"why": why},
        )
    )


@cache
def _database() -> Database:
    return Database(get_settings())


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """Leaves what falls due while it stops to its next start.

    The library looks for due jobs once more then, can't run them any longer, and
    yet notes them as run.
    """

    def _process_jobs(self) -> Any:
        with self._jobstores_lock:
            return None if self.state == STATE_STOPPED else super()._process_jobs()


def _scheduler(settings: Settings) -> BackgroundScheduler:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = SQLAlchemyJobStore(
        url=f"sqlite:///{settings.data_dir.resolve() / 'scheduler.db'}",
        engine_options={"connect_args": {"timeout": 30}},
    )
    # Two schedulers may start at once: the store itself only looks, then creates.
    with store.engine.begin() as connection:
        connection.execute(CreateTable(store.jobs_t, if_not_exists=True))
        for index in store.jobs_t.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    scheduler = _Scheduler(
        timezone=UTC,
        jobstores={"default": store},
        executors={"default": ThreadPoolExecutor(2)},
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": MISFIRE_GRACE_SECONDS,
        },
    )
    scheduler.start(paused=True)
    _plan(scheduler, "watches", WATCHES_CRON)
    for job, timetable in TIMETABLE.items():
        _plan(scheduler, job, timetable.cron)
    return scheduler


def _plan(scheduler: BackgroundScheduler, job: str, cron: str) -> None:
    trigger = CronTrigger.from_crontab(cron, timezone=UTC)
    known = scheduler.get_job(job)
    if known is None:
        try:
            scheduler.add_job(fire, trigger, args=[job], id=job)
        except ConflictingIdError:
            return  # the other scheduler was faster
    elif str(known.trigger) != str(trigger):
        scheduler.reschedule_job(job, trigger=trigger)
