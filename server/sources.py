"""The sites that are crawled, as operators see them: paused and let go on; audited."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

import jobs
from server.operating import Operator
from store.errors import MissingError
from store.source_health import Trouble, troubles
from store.sources import Standing, set_source_paused, standings
from store.spiders import SPIDERS
from store.tables import CrawlRun


@dataclass(frozen=True)
class SiteState:
    """How we stand with a site, and whether it does worse than before."""

    source: str
    """Name of the site, or a shop's host."""

    spiders: list[str]
    """Who goes there."""

    paused: bool
    """A person stopped it."""

    refused_count: int
    """Crawls that it refused in a row."""

    spared_until: datetime | None
    """It is left alone until then, UTC; None: it is not."""

    why_not: str | None
    """Why it is not asked now, in words; None: it may be."""

    degraded_since: datetime | None
    """When it began to do worse than before, UTC; None: it does not."""

    signs: list[str]
    """By what it does worse, in words."""


def site_states(session: Session) -> list[SiteState]:
    """Return every site that spiders go to, and shops that were met."""
    worse: dict[str, list[Trouble]] = {}
    for trouble in troubles(session):
        worse.setdefault(trouble.source, []).append(trouble)
    known = standings(session)
    sources = {**known, **{s: Standing(s) for s in worse if s not in known}}
    return [_state(each, worse.get(each.source, [])) for each in sources.values()]


def set_paused(by: Operator, source: str, *, paused: bool) -> SiteState:
    """Stop asking a site, or go on, also where it is left alone after refusals.

    Raises
    ------
    MissingError
        If there is no such site.
    """
    with by.database.writing() as session:
        if all(each.source != source for each in site_states(session)):
            raise MissingError("there is no such source")
        set_source_paused(session, source, paused=paused)
        action = "source.pause" if paused else "source.resume"
        by.audit(session, action, source, {})
        session.flush()
        found = next(each for each in site_states(session) if each.source == source)
        waiting = None if paused else _longest_waiting(session, source)
    if waiting is not None:
        jobs.enqueue(by.settings, "crawl", waiting)
    return found


def _state(standing: Standing, worse: list[Trouble]) -> SiteState:
    source = standing.source
    return SiteState(
        source=source,
        spiders=[s.name for s in SPIDERS.values() if s.source == source],
        paused=standing.paused,
        refused_count=standing.refused_count,
        spared_until=standing.spared_until if standing.is_spared else None,
        why_not=standing.why_not,
        degraded_since=min((t.since for t in worse), default=None),
        signs=[f"{t.name}: {words}" for t in worse for words in t.signs.values()],
    )


def _longest_waiting(session: Session, source: str) -> str | None:
    """Return the crawl whose turn it is; each that ends wakes the next."""
    waiting = select(CrawlRun.run_id).where(
        CrawlRun.source == source, CrawlRun.state == "queued"
    )
    return session.exec(waiting.order_by(col(CrawlRun.queued_at)).limit(1)).first()
