"""Housekeeping: what dead workers left, what the queue lost, what ended long ago."""

from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, delete, select, update

from jobs.crawl_process import patience_seconds
from jobs.crawls import carry_on
from jobs.old_answers import prune
from jobs.queues import enqueue, keys_on_the_queue
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.tables import CrawlRun, JobRun

# Between the end of a crawl's patience and somebody else's verdict on it.
GRACE = timedelta(seconds=60)
STALE_JOB_AFTER = timedelta(hours=3)
# Their time slots never come again; what was crawled stays on record.
KEEP_ENDED_JOBS = timedelta(days=30)
# What a site let us keep is asked for again by then.
KEEP_ANSWERS = timedelta(days=30)


def clean_up(database: Database, settings: Settings) -> dict[str, int]:
    """Carry on or close what a dead worker left, and queue again what was lost."""
    now = utc_now()
    patience = timedelta(seconds=patience_seconds(settings)) + GRACE
    claimed_at = func.coalesce(CrawlRun.claimed_at, CrawlRun.started_at)
    dead_crawls = carry_on(
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
        "old_answers": prune(settings.data_dir / "http-cache", KEEP_ANSWERS),
        "dead_crawls": dead_crawls,
        "dead_jobs": dead_jobs,
        "old_jobs": old_jobs,
        "queued_again": _queue_again(database, settings),
    }


def _queue_again(database: Database, settings: Settings) -> int:
    waiting = keys_on_the_queue(settings)
    if waiting is None:
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
