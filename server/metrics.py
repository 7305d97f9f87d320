"""Counts and times of requests; by route, never by what was asked for."""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REQUESTS = Counter(
    "trendguard_requests_total",
    "Requests answered.",
    ["route", "method", "status"],
)
SECONDS = Histogram(
    "trendguard_request_seconds",
    "Time to answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def register_metrics(app: Flask) -> None:
    """Count every request of this app."""
    app.before_request(_start)
    app.after_request(_count)


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    REQUESTS.labels(route, method, int(status)).inc()
    SECONDS.labels(route).observe(seconds)


def metrics_text(*others: Collector) -> bytes:
    """Return all figures as Prometheus reads them.

    With PROMETHEUS_MULTIPROC_DIR (which `server.run` sets) they are the sum over all
    workers, else this process's own.

    Parameters
    ----------
    others : Collector
        What is not counted here, and is the same whoever is asked.
    """
    registry = CollectorRegistry()
    for other in others:
        registry.register(other)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(registry)
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _start() -> None:
    g.started = time.perf_counter()


def _count(answer: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    count(route, method, answer.status_code, time.perf_counter() - g.started)
    return answer
