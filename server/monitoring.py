"""What the monitor last found, for the admin calls and as gauges for Prometheus.

It is read, never computed here: a scrape costs one look at `job_run`.
"""

from collections.abc import Iterator
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import col, select

from store.database import Database
from store.errors import DatabaseError
from store.tables import JobRun

AWAY = (DatabaseError, InterfaceError, PoolTimeoutError)


def last_monitor(database: Database) -> dict[str, Any] | None:
    """Return the result of the newest `monitor` job that ended well, if any did."""
    newest = (
        select(JobRun)
        .where(JobRun.job == "monitor", JobRun.state == "done")
        .order_by(col(JobRun.finished_at).desc())
        .limit(1)
    )
    with database.reading() as session:
        run = session.exec(newest).first()
    return run.result if run else None


class MonitorCollector(Collector):
    """Gauges of the newest check; none while there is none, or no database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield drift, ages and the count of alarms."""
        try:
            found = last_monitor(self._database)
        except AWAY:
            return
        if found is not None:
            yield from gauges(found)


def gauges(found: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    """Yield a check as metrics."""
    drift = GaugeMetricFamily(
        "trendguard_drift_psi",
        "Population stability index against the training.",
        labels=["purpose", "feature"],
    )
    for row in found["drift"]:
        drift.add_metric([row["purpose"], row["feature"]], row["psi"])
    age = GaugeMetricFamily(
        "trendguard_age_days",
        "Age of the newest of its kind when the monitor looked.",
        labels=["what"],
    )
    for row in found["freshness"]:
        if row["age_days"] is not None:
            age.add_metric([row["what"]], row["age_days"])
    yield drift
    yield age
    yield GaugeMetricFamily(
        "trendguard_monitor_alarms",
        "Alarms of the newest check.",
        value=len(found["alarms"]),
    )
