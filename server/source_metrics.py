"""How crawls go, as gauges for Prometheus; read from their runs, whoever did them.

They are gauges of the last day, not counters: runs are done in other processes, maybe
on other machines, and old ones are deleted.
"""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func
from sqlmodel import Session, col, select

from server.monitoring import AWAY
from store.clock import utc_now
from store.database import Database
from store.source_health import troubles
from store.sources import standings
from store.tables import CrawlRun

WINDOW = timedelta(days=1)


class SourceCollector(Collector):
    """Gauges of the sites that are crawled; none while there is no database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is degraded, what may not be asked, how the last runs ended."""
        try:
            with self._database.reading() as session:
                found = [_degraded(session), _closed(session), _ended(session)]
        except AWAY:
            return
        yield from found


def _degraded(session: Session) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "trendguard_source_degraded",
        "1 for a site whose newest crawls did worse than those before.",
        labels=["source"],
    )
    worse = {trouble.source for trouble in troubles(session)}
    for source in sorted({*standings(session), *worse}):
        gauge.add_metric([source], float(source in worse))
    return gauge


def _closed(session: Session) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "trendguard_source_closed",
        "1 for a site that is paused, or left alone after refusals.",
        labels=["source"],
    )
    for source, standing in standings(session).items():
        gauge.add_metric([source], float(standing.why_not is not None))
    return gauge


def _ended(session: Session) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "trendguard_crawl_runs_1d",
        "Crawls that ended in the last 24 hours.",
        labels=["spider", "outcome"],
    )
    query = (
        select(CrawlRun.spider, CrawlRun.outcome, func.count())
        .where(CrawlRun.state == "done")
        .where(col(CrawlRun.queued_at) > utc_now() - 2 * WINDOW)
        .where(col(CrawlRun.finished_at) > utc_now() - WINDOW)
        .group_by(col(CrawlRun.spider), col(CrawlRun.outcome))
    )
    for spider, outcome, count in session.exec(query):
        gauge.add_metric([spider, outcome or "failed"], count)
    return gauge
