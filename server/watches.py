"""Watches stopped and let go on by a person; audited."""

from server.access import audit
from server.state import state
from store.errors import MissingError
from store.tables import Watch


def set_paused(watch_id: int, *, paused: bool) -> Watch:
    """Stop crawling what is watched, or go on; what is so already stays so.

    Raises
    ------
    MissingError
        If there is no such watch.
    """
    with state().database.writing() as session:
        watch = session.get(Watch, watch_id, with_for_update=True)
        if watch is None:
            raise MissingError("there is no such watch")
        if watch.paused != paused:
            watch.paused = paused
            session.add(watch)
            what = {"spider": watch.spider, "target": watch.target}
            action = "watch.pause" if paused else "watch.resume"
            audit(session, action, str(watch_id), what)
    return watch
