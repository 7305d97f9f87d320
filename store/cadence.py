"""How often what is watched is crawled: as its trend goes, or as an admin set it."""

from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32

from sqlmodel import Session, col, select

from store.spiders import SPIDERS
from store.tables import CrawlRun, HashtagDay, ProductDay, Watch

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
# Counts move by the hour while a trend rises; what is asked for second-hand moves by
# the day, most of all once the trend has turned.
HASHTAG_MINUTES = {
    "Rising": 60,
    "Peak": 180,
    "Decline": DAY_MINUTES,
    "Death": WEEK_MINUTES,
}
PRODUCT_MINUTES = {
    "Rising": DAY_MINUTES,
    "Peak": DAY_MINUTES // 2,
    "Decline": DAY_MINUTES // 2,
    "Death": WEEK_MINUTES,
}


def minutes_between(session: Session, watch: Watch) -> int:
    """Return the minutes between two crawls of a watch, as things stand.

    One that follows its trend and is not there at all is asked for once a week.
    """
    if not watch.adapts:
        return watch.every_minutes
    last = session.get(CrawlRun, watch.last_run_id) if watch.last_run_id else None
    if last is not None and last.outcome == "not_found":
        return max(watch.every_minutes, WEEK_MINUTES)
    if SPIDERS[watch.spider].target == "hashtag":
        stage = _stage_of_hashtag(session, watch.target)
        return HASHTAG_MINUTES.get(stage or "", watch.every_minutes)
    stage = _stage_of_product(session, watch.product_id)
    return PRODUCT_MINUTES.get(stage or "", watch.every_minutes)


def first_due(name: str, day: date) -> datetime:
    """Return some minute of a day that depends on the name: not all at once, and it
    tells nothing of when it was asked for.
    """
    midnight = datetime.combine(day, time(), UTC)
    return midnight + timedelta(minutes=crc32(name.encode()) % DAY_MINUTES)


def _stage_of_hashtag(session: Session, hashtag: str) -> str | None:
    newest = (
        select(HashtagDay.stage)
        .where(HashtagDay.hashtag == hashtag)
        .order_by(col(HashtagDay.day).desc())
        .limit(1)
    )
    return session.exec(newest).first()


def _stage_of_product(session: Session, product_id: str | None) -> str | None:
    newest = (
        select(ProductDay.stage)
        .where(ProductDay.product_id == product_id)
        .order_by(col(ProductDay.day).desc())
        .limit(1)
    )
    return session.exec(newest).first()
