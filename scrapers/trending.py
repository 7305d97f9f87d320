"""Hashtags that Creative Center lists become watches: their totals are worth a look."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.cadence import DAY_MINUTES
from store.tables import Watch
from store.turns import NEW_WATCHES, wait_for_turn

SPIDER = "tiktok_tag"
ASKED_BY = "trending"
# Not all at once: each is a page in a browser.
APART = timedelta(minutes=10)


def watch_hashtags(
    session: Session, hashtags: Iterable[str], seen_at: datetime, most: int
) -> int:
    """Count hashtags that are watched already, and watch the others.

    Parameters
    ----------
    most : int
        Watches of this kind that there may be.

    Returns
    -------
    int
        How many were added.
    """
    wait_for_turn(session, NEW_WATCHES)
    room = most - _kept_count(session)
    added = 0
    for hashtag in hashtags:
        if _is_counted(session, hashtag) or added >= room:
            continue
        added += 1
        session.add(_watch(hashtag, seen_at + added * APART))
    return added


def _kept_count(session: Session) -> int:
    asked = select(func.count()).select_from(Watch).where(Watch.asked_by == ASKED_BY)
    return int(session.exec(asked).one())


def _is_counted(session: Session, hashtag: str) -> bool:
    same = select(Watch).where(Watch.spider == SPIDER, col(Watch.target) == hashtag)
    watch = session.exec(same.limit(1)).first()
    if watch is not None:
        watch.ask_count += 1
    return watch is not None


def _watch(hashtag: str, due_at: datetime) -> Watch:
    return Watch(
        spider=SPIDER,
        target=hashtag,
        every_minutes=DAY_MINUTES,
        adapts=True,
        asked_by=ASKED_BY,
        next_due_at=due_at,
    )
