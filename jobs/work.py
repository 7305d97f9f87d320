"""A worker: carries out what is queued, and gives back what it can't finish."""

import os
import sys

from huey.consumer import Consumer
from sqlmodel import col, update

from jobs.housekeeping import clean_up
from jobs.queues import enqueue, queue
from jobs.stopping import claiming, jobs_under_way, stopping
from store.database import Database
from store.logs import set_up_logs
from store.settings import get_settings
from store.tables import JobRun

WORKER_THREADS = 2
STOP_SECONDS = 10


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
    claiming.acquire(timeout=STOP_SECONDS)  # nothing is claimed from here on
    unfinished = sorted(jobs_under_way)
    database.close()
    if unfinished:
        # Their threads can't be ended, but another program in place of this one ends
        # them all; only then may somebody else begin the same jobs.
        give_back = "import sys, jobs.work; jobs.work.give_back_jobs(sys.argv[1:])"
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


class _Worker(Consumer):  # type: ignore[misc]
    """Stops the same way on both signals: crawls are ended and given back."""

    def stop(self, graceful: bool = True) -> None:  # noqa: ARG002
        stopping.set()
        super().stop(graceful=True)
