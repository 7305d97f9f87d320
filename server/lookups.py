"""Products the shop does not know and shoppers asked for: counted, and watched once
they were asked for on enough days.

Until then only a keyed hash of the name is kept: a title may hold anything, and what
one shopper sent once is nobody else's business, least of all a far site's.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from store.cadence import WEEK_MINUTES, first_due
from store.clock import utc_now
from store.database import Database
from store.keys import card_keys
from store.privacy import Pseudonymiser
from store.searching import search_query
from store.settings import Settings
from store.tables import Lookup, RiskCard, Table, Watch
from store.turns import NEW_WATCHES, wait_for_turn

SPIDER = "ebay_search"
FORGOTTEN_AFTER = timedelta(days=30)
MOST_LOOKUPS = 100_000


@dataclass(frozen=True)
class Asked:
    """A product that was asked for; it stays in memory."""

    keys: tuple[str, ...]
    """Under which a card would be found."""

    query: str
    """What would be searched for."""


def asked_for(
    title: str,
    brand: str | None = None,
    gtin: str | None = None,
    url: str | None = None,
) -> Asked | None:
    """Return what was asked for, None where there is nothing to search for."""
    query = search_query(title, brand)
    return Asked(tuple(card_keys(url, gtin, brand, title)), query) if query else None


def count_lookups(
    database: Database, settings: Settings, counts: Counter[Asked]
) -> None:
    """Count products the shop has no card of; watch those asked for on enough days."""
    today = utc_now().date()
    secret = Pseudonymiser(settings.shopper_pseudonym_key_file, may_make=True)
    with database.writing() as session:
        wait_for_turn(session, NEW_WATCHES)
        forgotten = col(Lookup.last_asked_on) < today - FORGOTTEN_AFTER
        session.execute(delete(Lookup).where(forgotten))
        room = MOST_LOOKUPS - _count_of(session, Lookup)
        for query, count in _unknown(session, counts).items():
            if _counted_on_watch(session, query, count):
                continue
            key = secret.pseudonym(f"lookup {query}")
            lookup = session.get(Lookup, key) or _new(key, today, room)
            if lookup is None:
                continue
            room -= not lookup.ask_count
            _count(lookup, count, today)
            session.add(lookup)
            if lookup.day_count >= settings.lookup_days:
                _watch(session, settings, lookup, query)


def _unknown(session: Session, counts: Counter[Asked]) -> Counter[str]:
    keys = sorted({key for asked in counts for key in asked.keys})
    known = set(_known_keys(session, keys))
    unknown: Counter[str] = Counter()
    for asked, count in counts.items():
        if not known.intersection(asked.keys):
            unknown[asked.query] += count
    return unknown


def _known_keys(session: Session, keys: list[str]) -> Iterator[str]:
    for start in range(0, len(keys), 500):
        some = col(RiskCard.key).in_(keys[start : start + 500])
        yield from session.exec(select(RiskCard.key).where(some))


def _counted_on_watch(session: Session, query: str, count: int) -> bool:
    same = select(Watch).where(Watch.spider == SPIDER, Watch.target == query)
    watch = session.exec(same.limit(1)).first()
    if watch is not None:
        watch.ask_count += count
    return watch is not None


def _new(key: str, today: date, room: int) -> Lookup | None:
    if room <= 0:
        return None
    return Lookup(query_pseudonym=key, ask_count=0, day_count=0, last_asked_on=today)


def _count(lookup: Lookup, count: int, today: date) -> None:
    if lookup.day_count == 0 or lookup.last_asked_on < today:
        lookup.day_count += 1
        lookup.last_asked_on = today
    lookup.ask_count += count


def _watch(session: Session, settings: Settings, lookup: Lookup, query: str) -> None:
    watched = _count_of(session, Watch, Watch.asked_by == "lookup")
    if watched >= settings.lookup_watches:
        return
    session.add(
        Watch(
            spider=SPIDER,
            target=query,
            every_minutes=WEEK_MINUTES,
            asked_by="lookup",
            ask_count=lookup.ask_count,
            next_due_at=first_due(query, lookup.last_asked_on + timedelta(days=1)),
        )
    )
    session.delete(lookup)


def _count_of(session: Session, table: type[Table], *which: Any) -> int:
    return session.exec(select(func.count()).select_from(table).where(*which)).one()
