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

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import ConflictingIdError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import col, select

import jobs
from store.clock import utc_now
from store.database import Database
from store.settings import Settings, get_settings
from store.spiders import SPIDERS, whole_arguments
from store.tables import Watch

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
    "housekeeping": Timetable("*/10 * * * *", _ten_minutes),
}
WATCHES_CRON = "* * * * *"


def run(database: Database, settings: Settings) -> None:
    """Queue jobs when they are due, until SIGINT or SIGTERM."""
    logging.basicConfig(level=settings.log_level)
    logging.getLogger("apscheduler").setLevel("WARNING")
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
            .where(col(Watch.spider).in_(SPIDERS))
            .order_by(col(Watch.next_due_at))
            .with_for_update(skip_locked=True)
        )
        for watch in session.exec(due):
            key = f"watch-{watch.watch_id}@{watch.next_due_at:%Y-%m-%dT%H:%M:%SZ}"
            crawl, is_new = jobs.add_crawl(
                session, watch.spider, arguments_of(watch), "schedule", key
            )
            watch.next_due_at = next_due(watch.next_due_at, watch.every_minutes, now)
            if is_new:
                added.append(crawl.run_id)
    for run_id in added:
        jobs.enqueue(database.settings, "crawl", run_id)
    return len(added)


def arguments_of(watch: Watch) -> dict[str, str]:
    """Return what the watch's spider is started with."""
    spider = SPIDERS[watch.spider]
    arguments = {spider.target: watch.target}
    if watch.product_id is not None and "product_id" in spider.optional:
        arguments["product_id"] = watch.product_id
    return whole_arguments(watch.spider, arguments)


def next_due(last: datetime, every_minutes: int, now: datetime) -> datetime:
    """Return the first time after `now` on the grid that `last` is on.

    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> next_due(noon, 60, noon + timedelta(minutes=150)).hour
    15
    """
    step = timedelta(minutes=max(1, every_minutes))
    return last + step * ((now - last) // step + 1)


@cache
def _database() -> Database:
    return Database(get_settings())


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
    scheduler = BackgroundScheduler(
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
