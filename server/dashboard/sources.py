"""Where crawls go, and how each of these sites has answered of late."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.settings import Settings
from store.spiders import SPIDERS, SpiderInfo
from store.tables import CrawlRun, Watch

HISTORY = 20
# So many failures one after the other are no accident.
DOWN_AFTER = 3
ANSWERED = frozenset({"ok", "empty", "not_found"})


@dataclass(frozen=True)
class Source:
    """A site and its last runs."""

    spider: SpiderInfo
    """Who goes there."""

    site: str
    """Its address."""

    runs: tuple[CrawlRun, ...]
    """The last that ended, the newest first."""

    watch_count: int
    """What is crawled there again and again."""

    paused_count: int
    """What would be, were it not paused."""

    next_due_at: datetime | None
    """When the next of these crawls is due, UTC."""

    @property
    def health(self) -> str:
        """How it fares: ``ok``, ``trouble``, ``down`` or ``not tried``."""
        if not self.runs:
            return "not tried"
        if self.runs[0].outcome in ANSWERED:
            return "ok"
        newest = self.runs[:DOWN_AFTER]
        failed = sum(run.outcome not in ANSWERED for run in newest)
        return "down" if failed == DOWN_AFTER else "trouble"

    @property
    def last_ok_at(self) -> datetime | None:
        """When something was stored last, of these runs."""
        return next((r.finished_at for r in self.runs if r.outcome == "ok"), None)

    @property
    def item_count(self) -> int:
        """Items these runs have stored."""
        return sum(sum(run.item_counts.values()) for run in self.runs)

    @property
    def drops(self) -> Counter[str]:
        """Items that gates refused in these runs, by reason."""
        found: Counter[str] = Counter()
        for run in self.runs:
            found.update(run.drop_counts)
        return found


def read_sources(session: Session, settings: Settings) -> list[Source]:
    """Return every site that a spider goes to."""
    watched = _watched(session)
    return [
        Source(
            spider,
            str(getattr(settings, spider.site_setting)),
            _last_runs(session, spider.name),
            *watched.get(spider.name, (0, 0, None)),
        )
        for spider in SPIDERS.values()
    ]


def _last_runs(session: Session, spider: str) -> tuple[CrawlRun, ...]:
    query = (
        select(CrawlRun)
        .where(CrawlRun.spider == spider, CrawlRun.state == "done")
        .order_by(col(CrawlRun.queued_at).desc())
    )
    return tuple(session.exec(query.limit(HISTORY)))


def _watched(session: Session) -> dict[str, tuple[int, int, datetime | None]]:
    query = select(
        Watch.spider, Watch.paused, func.count(), func.min(Watch.next_due_at)
    ).group_by(col(Watch.spider), col(Watch.paused))
    found: dict[str, tuple[int, int, datetime | None]] = {}
    for spider, paused, count, due_at in session.exec(query):
        active, stopped, next_due_at = found.get(spider, (0, 0, None))
        if paused:
            found[spider] = (active, count, next_due_at)
        else:
            found[spider] = (count, stopped, due_at)
    return found
