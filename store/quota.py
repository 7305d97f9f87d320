"""How much of a day's requests to an API is left, as the store's runs tell it."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from store.clock import utc_now
from store.database import Database
from store.tables import CrawlRun


class DailyQuota:
    """Counts a spider's requests of the day (UTC), those of the present run too.

    Parameters
    ----------
    spider : str
        Whose runs are counted, by their pages.
    most : int
        Requests a day.
    """

    def __init__(self, database: Database, spider: str, most: int) -> None:
        self._database = database
        self._spider = spider
        self._most = most

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be asked today."""
        return self.left == 0

    @property
    def left(self) -> int:
        """How many requests may still be sent today."""
        asked = (
            select(func.coalesce(func.sum(CrawlRun.page_count), 0))
            .where(CrawlRun.spider == self._spider)
            .where(col(CrawlRun.started_at) >= _midnight())
        )
        with self._database.reading() as session:
            return max(0, self._most - int(session.exec(asked).one()))

    @property
    def until(self) -> datetime:
        """When the next day begins."""
        return _midnight() + timedelta(days=1)


def _midnight() -> datetime:
    return datetime.combine(utc_now().date(), time(), UTC)
