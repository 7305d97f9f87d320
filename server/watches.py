"""Watches set, stopped, let go on and removed by a person; audited."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from server.operating import Operator
from store.clock import utc_now
from store.errors import MissingError, RequestError
from store.spiders import SPIDERS, watch_arguments
from store.tables import Watch
from store.turns import NEW_WATCHES, wait_for_turn


def all_watches(
    session: Session, after: int = 0, most: int | None = None
) -> Sequence[Watch]:
    """Return watches, the oldest first.

    Parameters
    ----------
    after : int
        Only those with a larger number.
    most : int, optional
        So many at the most.
    """
    number = col(Watch.watch_id)
    some = select(Watch).where(number > after).order_by(number)
    return session.exec(some if most is None else some.limit(most)).all()


def set_watch(
    by: Operator, spider: str, target: str, every_minutes: int, product_id: str | None
) -> tuple[Watch, bool]:
    """Crawl something again and again; the same spider and target is the same watch.

    Returns
    -------
    tuple of Watch and bool
        The watch, and whether it is new.

    Raises
    ------
    RequestError
        If it can't be crawled.
    """
    arguments = watch_arguments(spider, target, product_id)
    if product_id and "product_id" not in arguments:
        raise RequestError(f"{spider} takes no product_id")
    wanted = Watch(
        spider=spider,
        target=arguments[SPIDERS[spider].target],
        every_minutes=every_minutes,
        product_id=product_id,
        asked_by="admin",
        next_due_at=utc_now(),
    )
    with by.database.writing() as session:
        wait_for_turn(session, NEW_WATCHES)
        known = _known(session, spider, wanted.target)
        watch = _changed(known, wanted) if known else wanted
        session.add(watch)
        session.flush()
        how = {"every_minutes": every_minutes, "product_id": product_id}
        by.audit(session, "watch.set", str(watch.watch_id), {**_what(watch), **how})
    return watch, known is None


def set_paused(by: Operator, watch_id: int, *, paused: bool) -> Watch:
    """Stop crawling what is watched, or go on; what is so already stays so.

    Raises
    ------
    MissingError
        If there is no such watch.
    """
    with by.database.writing() as session:
        watch = _locked(session, watch_id)
        if watch.paused != paused:
            watch.paused = paused
            session.add(watch)
            action = "watch.pause" if paused else "watch.resume"
            by.audit(session, action, str(watch_id), _what(watch))
    return watch


def remove(by: Operator, watch_id: int) -> Watch:
    """Crawl it no more; what was crawled stays.

    Raises
    ------
    MissingError
        If there is no such watch.
    """
    with by.database.writing() as session:
        watch = _locked(session, watch_id)
        gone = watch.model_copy()
        session.delete(watch)
        by.audit(session, "watch.delete", str(watch_id), _what(watch))
    return gone


def _locked(session: Session, watch_id: int) -> Watch:
    watch = session.get(Watch, watch_id, with_for_update=True)
    if watch is None:
        raise MissingError("there is no such watch")
    return watch


def _what(watch: Watch) -> dict[str, str]:
    return {"spider": watch.spider, "target": watch.target}


def _known(session: Session, spider: str, target: str) -> Watch | None:
    same = (
        select(Watch)
        .where(Watch.spider == spider, Watch.target == target)
        .order_by(col(Watch.watch_id))
        .limit(1)
        .with_for_update()
    )
    return session.exec(same).first()


def _changed(watch: Watch, wanted: Watch) -> Watch:
    watch.every_minutes = wanted.every_minutes
    watch.product_id = wanted.product_id or watch.product_id
    watch.paused = False
    soon = utc_now() + timedelta(minutes=wanted.every_minutes)
    watch.next_due_at = min(watch.next_due_at, soon)
    return watch
