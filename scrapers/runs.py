"""The record of every crawl: begun, carried out, ended; whatever happens."""

import uuid
from datetime import datetime

from sqlmodel import Session

from store.clock import utc_now
from store.database import Database
from store.errors import ConflictError, MissingError, TrendGuardError
from store.source_health import note_signs
from store.sources import note_outcome, source_of, standing_of
from store.tables import CrawlRun, Product


def begin_run(
    database: Database, spider: str, arguments: dict[str, str], run_id: str = ""
) -> CrawlRun:
    """Make a run, or take over a queued one; a finished one comes back as it is.

    A run that was under way when its process died keeps the time it began and the place
    it had come to, so that carrying it on writes the same rows.

    Parameters
    ----------
    arguments : dict of str to str
        As `whole_arguments` returned them.

    Raises
    ------
    MissingError
        If there is no such run.
    ConflictError
        If it was cancelled, or its site is paused.
    TrendGuardError
        If the product that is crawled for is not in the catalogue.
    """
    with database.writing() as session:
        _refuse_unknown_product(session, arguments.get("product_id"))
        run = _found_or_made(session, spider, arguments, run_id)
        if run.state != "done":
            run.state, run.arguments = "running", arguments
            run.started_at = run.started_at or utc_now()
        session.add(run)
    return run


def end_run(
    session: Session,
    run_id: str,
    *,
    outcome: str,
    message: str,
    page_count: int,
    retry_after_seconds: float | None = None,
) -> CrawlRun:
    """Write what came of a run that is still under way, how its site stands now, and
    whether that does worse than before.

    Raises
    ------
    ConflictError
        If somebody ended it meanwhile.
    """
    run = open_run(session, run_id)
    run.state = "done"
    run.outcome = outcome
    run.message = message
    run.page_count = page_count
    run.finished_at = utc_now()
    note_outcome(session, run, retry_after_seconds)
    note_signs(session, run)
    return run


def open_run(session: Session, run_id: str) -> CrawlRun:
    """Return a run that is under way.

    Raises
    ------
    ConflictError
        With the state that somebody brought it to since it began.
    """
    run = session.get(CrawlRun, run_id)
    state = run.state if run else "deleted"
    if run is None or state != "running":
        raise ConflictError(
            f"crawl run {run_id} is {state} since it began: nothing more was stored"
        )
    return run


def started_at(run: CrawlRun) -> datetime:
    """Return when a begun run began."""
    if run.started_at is None:
        raise ValueError(f"run {run.run_id} has not begun")
    return run.started_at


def _found_or_made(
    session: Session, spider: str, arguments: dict[str, str], run_id: str
) -> CrawlRun:
    if not run_id:
        standing = standing_of(session, source_of(spider, arguments))
        # Who asks by hand is not held off by what the site said to the schedule.
        if standing.paused:
            raise ConflictError(str(standing.why_not))
        return CrawlRun(
            run_id=uuid.uuid4().hex,
            request_key=uuid.uuid4().hex,
            spider=spider,
            source=standing.source,
            arguments=arguments,
            state="queued",
            asked_by="cli",
            queued_at=utc_now(),
        )
    run = session.get(CrawlRun, run_id)
    if run is None:
        raise MissingError(f"there is no crawl run {run_id}")
    if run.spider != spider:
        raise ConflictError(f"crawl run {run_id} is of {run.spider}, not of {spider}")
    if run.state == "cancelled":
        raise ConflictError(f"crawl run {run_id} was cancelled")
    return run


def _refuse_unknown_product(session: Session, product_id: str | None) -> None:
    if product_id and session.get(Product, product_id) is None:
        raise TrendGuardError(
            f"there is no product {product_id!r}: import it before crawling for it"
        )
