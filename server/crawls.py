"""Crawls as operators ask for them: queued once, looked at, cancelled; all audited."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select, update

import jobs
from server.operating import Operator
from store.clock import utc_now
from store.errors import ConflictError, MissingError
from store.quota import DailyQuota
from store.sources import source_of, standing_of
from store.spiders import SPIDERS, crawl_plan
from store.tables import CrawlLog, CrawlRun

OPEN = ("queued", "running")


def newest_runs(session: Session, most: int) -> Sequence[CrawlRun]:
    """Return the newest runs, the newest first."""
    newest = select(CrawlRun).order_by(
        col(CrawlRun.queued_at).desc(), col(CrawlRun.run_id)
    )
    return session.exec(newest.limit(most)).all()


def run_of(by: Operator, run_id: str) -> CrawlRun:
    """Return a run.

    Raises
    ------
    MissingError
        If there is none.
    """
    if re.fullmatch(r"[0-9a-f]{32}", run_id):
        with by.database.reading() as session:
            row = session.get(CrawlRun, run_id)
            if row is not None:
                return row
    raise MissingError("there is no such run")


def planned(by: Operator, spider: str, arguments: dict[str, str]) -> dict[str, Any]:
    """Return what a crawl would fetch and cost; nothing is queued.

    Parameters
    ----------
    arguments : dict of str to str
        As `whole_arguments` returned them; so below.
    """
    with by.database.writing() as session:
        by.audit(session, "crawl.plan", spider, {"arguments": arguments})
        standing = standing_of(session, source_of(spider, arguments))
    return crawl_plan(by.settings, spider, arguments) | {
        "source": standing.source,
        "why_not": standing.why_not,
        "spared_until": standing.spared_until if standing.is_spared else None,
        "requests_left_today": _requests_left(by, spider),
    }


def _requests_left(by: Operator, spider: str) -> int | None:
    """Return what is left of a spider's daily quota; None where it has none."""
    name = SPIDERS[spider].quota_setting
    if not name:
        return None
    return DailyQuota(by.database, spider, getattr(by.settings, name)).left


def log_of(by: Operator, run_id: str) -> str:
    """Return what a run has logged so far; empty where nothing is kept of it."""
    with by.database.reading() as session:
        log = session.get(CrawlLog, run_id)
    return log.text if log else ""


def queued(
    by: Operator, spider: str, arguments: dict[str, str], key: str | None = None
) -> CrawlRun:
    """Crawl now; asked again while that is open it is the same run.

    Parameters
    ----------
    key : str, optional
        The same key is the same run for ever.

    Raises
    ------
    ConflictError
        If the key was used for another crawl, or the site may not be asked now.
    """
    with by.database.writing() as session:
        standing = standing_of(session, source_of(spider, arguments))
        if standing.why_not is not None:
            raise ConflictError(standing.why_not)
        row, is_new = _requested(by, session, spider, arguments, key)
        what = {"spider": row.spider, "arguments": row.arguments}
        by.audit(session, "crawl.run", row.run_id, what)
    if is_new:
        jobs.enqueue(by.settings, "crawl", row.run_id)
    return row


def cancelled(by: Operator, run_id: str) -> CrawlRun:
    """Cancel a run that has not ended; one under way stops at its next page.

    Raises
    ------
    MissingError
        If there is none.
    ConflictError
        If it has ended.
    """
    run_of(by, run_id)
    cancel = (
        update(CrawlRun)
        .where(col(CrawlRun.run_id) == run_id, col(CrawlRun.state).in_(OPEN))
        .values(
            state="cancelled",
            finished_at=utc_now(),
            message=f"cancelled by {by.actor}",
        )
    )
    with by.database.writing() as session:
        if session.execute(cancel).rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError("only a run that has not ended can be cancelled")
        by.audit(session, "crawl.cancel", run_id, {})
    return run_of(by, run_id)


def _requested(
    by: Operator,
    session: Session,
    spider: str,
    arguments: dict[str, str],
    key: str | None,
) -> tuple[CrawlRun, bool]:
    open_run = _open_run(session, spider, arguments) if key is None else None
    if open_run is not None:
        return open_run, False
    request_key = (
        _next_key(session, spider, arguments) if key is None else f"{by.actor}:{key}"
    )
    row, is_new = jobs.add_crawl(session, spider, arguments, by.asked_by, request_key)
    if (row.spider, row.arguments) != (spider, arguments):
        raise ConflictError("this Idempotency-Key was used for another request")
    return row, is_new


def _open_run(
    session: Session, spider: str, arguments: dict[str, str]
) -> CrawlRun | None:
    newest = (
        select(CrawlRun)
        .where(CrawlRun.spider == spider, col(CrawlRun.state).in_(OPEN))
        .order_by(col(CrawlRun.queued_at))
    )
    rows = session.exec(newest)
    return next((row for row in rows if row.arguments == arguments), None)


def _next_key(session: Session, spider: str, arguments: dict[str, str]) -> str:
    """Return the key of this request's next run: two at once get the same."""
    canonical = json.dumps([spider, arguments], sort_keys=True)
    stem = f"again-{hashlib.sha256(canonical.encode()).hexdigest()}-"
    ended = select(func.count()).where(
        col(CrawlRun.request_key).startswith(stem), col(CrawlRun.state).not_in(OPEN)
    )
    return f"{stem}{session.exec(ended).one()}"
