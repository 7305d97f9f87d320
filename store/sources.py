"""The sites that are crawled: paused by a person, or left alone after refusals.

That is a circuit breaker kept in the database, so that all workers heed it: it opens
after some refusals in a row, for twice as long after each further one; when the time
has passed one crawl tries, and an answer closes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from store.clock import utc_now
from store.spiders import SPIDERS
from store.tables import CrawlRun, Source
from store.turns import CRAWL_CLAIMS, wait_for_turn

# A single refusal may be an accident.
MOST_REFUSALS = 3
FIRST_PAUSE = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)
REFUSED = "blocked"
# Answers, if not the hoped for; a failure says nothing of the site's will.
ANSWERED = frozenset({"ok", "empty", "not_found", "changed", "login_wall"})


@dataclass(frozen=True)
class Standing:
    """How we stand with a site."""

    source: str
    """Which one."""

    paused: bool = False
    """A person stopped it."""

    refused_count: int = 0
    """Crawls that it refused in a row."""

    spared_until: datetime | None = None
    """It is left alone until then, UTC; None or past: it is not."""

    @property
    def is_spared(self) -> bool:
        """Whether it is left alone now."""
        return self.spared_until is not None and self.spared_until > utc_now()

    @property
    def why_not(self) -> str | None:
        """Why it is not asked now, in words; None if it may be."""
        if self.paused:
            return f"{self.source} is paused: resume it first"
        if self.spared_until is not None and self.is_spared:
            return (
                f"{self.source} is left alone until {self.spared_until:%Y-%m-%d %H:%M} "
                f"UTC, for it refused us or asked for a pause: resume it to try at once"
            )
        return None


def source_of(spider: str, arguments: dict[str, str]) -> str:
    """Return the site that a crawl asks: a name, or a shop's host.

    >>> source_of("ebay_search", {"query": "lamp"})
    'ebay'
    """
    info = SPIDERS.get(spider)
    if info is None:
        return spider
    return info.source or urlsplit(arguments.get(info.target, "")).hostname or spider


def standing_of(session: Session, source: str) -> Standing:
    """Return how we stand with one site."""
    row = session.get(Source, source, populate_existing=True)
    return Standing(source) if row is None else _standing(row)


def standings(session: Session) -> dict[str, Standing]:
    """Return how we stand with every site that spiders go to, and with shops met."""
    known = {info.source: Standing(info.source) for info in SPIDERS.values()}
    rows = session.exec(select(Source).order_by(col(Source.source)))
    return {s: known[s] for s in known if s} | {r.source: _standing(r) for r in rows}


def set_source_paused(session: Session, source: str, *, paused: bool) -> Standing:
    """Stop asking a site, or go on, also where it is left alone after refusals."""
    row = _row(session, source)
    row.paused = paused
    if not paused:
        row.refused_count, row.spared_until = 0, None
    row.changed_at = utc_now()
    return _standing(row)


def note_outcome(
    session: Session, run: CrawlRun, retry_after_seconds: float | None
) -> None:
    """Note what a site answered: refusals and pauses it asked for open the breaker.

    Parameters
    ----------
    retry_after_seconds : float, optional
        What its ``Retry-After`` asked for; at most a day is heeded.
    """
    row = _row(session, run.source)
    now = utc_now()
    until = None
    if run.outcome == REFUSED:
        row.refused_count += 1
        beyond = row.refused_count - MOST_REFUSALS
        if beyond >= 0:
            until = now + min(FIRST_PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE)
    elif run.outcome in ANSWERED:
        row.refused_count = 0
    if retry_after_seconds:
        asked = now + min(timedelta(seconds=retry_after_seconds), LONGEST_PAUSE)
        until = max(until or asked, asked)
    row.spared_until = until
    row.changed_at = now


def _row(session: Session, source: str) -> Source:
    # Two that both find none would both insert it.
    wait_for_turn(session, CRAWL_CLAIMS)
    row = session.get(Source, source, with_for_update=True)
    if row is None:
        row = Source(source=source, changed_at=utc_now())
        session.add(row)
    return row


def _standing(row: Source) -> Standing:
    return Standing(row.source, row.paused, row.refused_count, row.spared_until)
