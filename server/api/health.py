"""/health, /ready and /metrics: for whoever operates it."""

from datetime import date

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import select

from ml.monitoring.freshness import find_freshness
from server.metrics import metrics_text
from server.monitoring import MonitorCollector
from server.source_metrics import SourceCollector
from server.state import state
from store.clock import utc_now
from store.errors import DatabaseError
from store.tables import HashtagDay, ProductDay

blueprint = APIBlueprint("health", __name__, abp_tags=[Tag(name="operations")])


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Health(_Part):
    """The process lives."""

    status: str = "ok"
    """Always ``ok``."""


class Readiness(_Part):
    """Whether it can answer, and how old what it knows is."""

    ready: bool
    """The database answers and there is a model."""

    database: bool
    """The database answers."""

    model: str | None = None
    """Version of the served model."""

    newest_hashtag_day: date | None = None
    """Up to when trends are known; old ones do not make it unready."""

    newest_product_day: date | None = None
    """Up to when products are known."""

    stale: list[str] = []
    """What is older than its setting allows: ``hashtag``, ``listing``, ``order``,
    ``model``; that does not make it unready either."""


@blueprint.get("/health", responses={200: Health})
def get_health() -> Response:
    """Whether the process lives; asks nothing of the database."""
    return Response(Health().model_dump_json(), mimetype="application/json")


@blueprint.get("/ready", responses={200: Readiness, 503: Readiness})
def get_ready() -> Response:
    """Whether it can answer; 503 while it can't."""
    try:
        readiness = _readiness()
    except (DatabaseError, InterfaceError, PoolTimeoutError):
        readiness = Readiness(ready=False, database=False)
    status = 200 if readiness.ready else 503
    return Response(readiness.model_dump_json(), status, mimetype="application/json")


@blueprint.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_metrics() -> Response:
    """Figures for Prometheus."""
    database = state().database
    text = metrics_text(MonitorCollector(database), SourceCollector(database))
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _readiness() -> Readiness:
    with state().database.reading() as session:
        hashtag_day = session.exec(select(func.max(HashtagDay.day))).one()
        product_day = session.exec(select(func.max(ProductDay.day))).one()
        ages = find_freshness(session, state().settings, utc_now())
    model = state().catalogue.current().model
    return Readiness(
        ready=model is not None,
        database=True,
        model=model.version if model else None,
        newest_hashtag_day=hashtag_day,
        newest_product_day=product_day,
        stale=[age.what for age in ages if age.stale],
    )
