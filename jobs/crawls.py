"""Crawls: asked for once, claimed once, carried out in a process of their own.

Of one site only so many are under way at once, however many workers there are; and a
site that is paused, or left alone for it refused us, is asked nothing.
"""

import uuid

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select, update

from jobs.crawl_process import crawl_in_process, patience_seconds
from jobs.queues import enqueue, takes
from jobs.rows import inserted
from jobs.stopping import stopping
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.source_health import note_signs
from store.sources import source_of, standing_of
from store.tables import CrawlRun
from store.turns import CRAWL_CLAIMS, wait_for_turn

# A crawl that dies under its worker is carried on; one that always does is given up.
MOST_ATTEMPTS = 3


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
        source=source_of(spider, arguments),
        arguments=arguments,
        state="queued",
        asked_by=asked_by,
        queued_at=utc_now(),
    )
    if inserted(session, run):
        return run, True
    same_key = select(CrawlRun).where(CrawlRun.request_key == request_key)
    return session.exec(same_key).one(), False


@takes("crawl")
def run_crawl(database: Database, settings: Settings, run_id: str) -> None:
    """Carry out a queued crawl, if its site may be asked and nobody else claimed it."""
    run = _claimed(database, settings, run_id)
    if run is None:
        return
    message, was_killed = crawl_in_process(run, patience_seconds(settings))
    # The process writes its own outcome; what is still open died without a word.
    which = col(CrawlRun.run_id) == run_id
    if stopping.is_set() or was_killed:
        carry_on(database, message, which)
    else:
        _end(database, message, which)
    _wake_next(database, run.source)


def carry_on(database: Database, message: str, which: ColumnElement[bool]) -> int:
    """Queue these running crawls again; those that die each time are ended.

    Returns
    -------
    int
        How many there were.
    """
    # To be stopped is not the crawl's fault.
    attempts = col(CrawlRun.attempt_count) - int(stopping.is_set())
    # These first: what is queued may be claimed anew at once, and is not to be ended.
    ended = _end(database, message, which, attempts >= MOST_ATTEMPTS)
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
    return ended + len(run_ids)


def _claimed(database: Database, settings: Settings, run_id: str) -> CrawlRun | None:
    with database.writing() as session:
        # Without it, two claims at once would each not see the other.
        wait_for_turn(session, CRAWL_CLAIMS)
        run = session.get(CrawlRun, run_id, populate_existing=True)
        if run is None or run.state != "queued":
            return None
        if standing_of(session, run.source).why_not is not None:
            return None
        if _under_way(session, run.source) >= settings.crawls_per_source:
            return None
        run.state, run.claimed_at = "running", utc_now()
        run.started_at = run.started_at or run.claimed_at
        run.attempt_count += 1
    return run


def _under_way(session: Session, source: str) -> int:
    running = select(func.count()).where(
        CrawlRun.source == source, CrawlRun.state == "running"
    )
    return session.exec(running).one()


def _wake_next(database: Database, source: str) -> None:
    """Queue the oldest crawl that waits for this site once more.

    Its key was taken from the queue while the site was busy, and is lost there.
    """
    waiting = (
        select(CrawlRun.run_id)
        .where(CrawlRun.source == source, CrawlRun.state == "queued")
        .order_by(col(CrawlRun.queued_at))
        .limit(1)
    )
    if stopping.is_set():
        return
    with database.reading() as session:
        run_id = session.exec(waiting).first()
    if run_id is not None:
        enqueue(database.settings, "crawl", run_id)


def _end(database: Database, message: str, *which: ColumnElement[bool]) -> int:
    with database.writing() as session:
        end = (
            update(CrawlRun)
            .where(*which, col(CrawlRun.state) == "running")
            .values(
                state="done", outcome="failed", finished_at=utc_now(), message=message
            )
            .returning(col(CrawlRun.run_id))
        )
        run_ids = session.execute(end).scalars().all()
        for run_id in run_ids:
            note_signs(session, session.get_one(CrawlRun, run_id))
    return len(run_ids)
