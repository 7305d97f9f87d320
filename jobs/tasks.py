"""The scheduled jobs: each time slot of each is taken once, and done once."""

import json
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col, update

from jobs.housekeeping import clean_up
from jobs.queues import enqueue, takes
from jobs.rows import MESSAGE_CHARACTERS, inserted
from jobs.stopping import claiming, jobs_under_way
from store.clock import utc_now
from store.database import Database
from store.errors import MissingError, TrendGuardError
from store.people.retention import enforce_retention
from store.settings import Settings
from store.tables import JobRun
from store.turns import JOB_CLAIMS, wait_for_turn

logger = logging.getLogger("trendguard.jobs")

# These write the derived tables: one at a time of all of them.
DERIVING = frozenset({"refresh", "train"})


def once(database: Database, job: str, slot: str) -> bool:
    """Queue a job for a time slot, unless somebody already did; tell whether we did."""
    job_key = f"{job}@{slot}"
    run = JobRun(job_key=job_key, job=job, state="queued", queued_at=utc_now())
    with database.writing() as session:
        is_new = inserted(session, run)
    if is_new:
        enqueue(database.settings, "job", job_key)
    return is_new


@takes("job")
def run_job(database: Database, settings: Settings, job_key: str) -> None:
    """Carry out a queued job, if nobody else has claimed it; keep what came of it."""
    name = job_key.split("@", maxsplit=1)[0]
    with claiming:
        if not _claimed_job(database, job_key, name):
            return
        jobs_under_way.add(job_key)
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
        with claiming:
            jobs_under_way.discard(job_key)


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


def _finish_job(
    database: Database, job_key: str, state: str, message: str, result: dict[str, Any]
) -> None:
    with database.writing() as session:
        run = session.get(JobRun, job_key)
        if run is None:
            raise MissingError(f"no job {job_key}")
        run.state, run.finished_at = state, utc_now()
        run.message, run.result = message[:MESSAGE_CHARACTERS], result
