"""/v1/admin/crawls: what was crawled, crawl now, cancel. All acts are audited."""

import hashlib
import json
import re
from datetime import datetime

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func
from sqlmodel import Session, col, select, update

import jobs
from server.access import audit, only_who_may
from server.problems import described, problem
from server.state import state
from store.clock import utc_now
from store.errors import ConflictError, MissingError, RequestError
from store.spiders import SPIDERS, crawl_plan, whole_arguments
from store.tables import CrawlRun

blueprint = APIBlueprint(
    "admin_crawls",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)
OPEN = ("queued", "running")


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", from_attributes=True
    )


class Run(_Part):
    """One crawl and what came of it."""

    run_id: str
    """Random id."""

    spider: str
    """Which spider."""

    arguments: dict[str, str]
    """What it was given."""

    state: str
    """``queued``, ``running``, ``done`` or ``cancelled``."""

    outcome: str | None
    """ok, empty, blocked, login_wall, changed, not_found or failed."""

    message: str | None
    """What happened, in words."""

    asked_by: str
    """``cli``, ``schedule`` or ``admin``."""

    queued_at: datetime
    """When it was asked for, UTC."""

    started_at: datetime | None
    """When it began, UTC."""

    finished_at: datetime | None
    """When it ended, UTC."""

    item_counts: dict[str, int]
    """Items stored, by kind."""

    drop_counts: dict[str, int]
    """Items a gate refused, by reason."""

    page_count: int
    """Pages fetched."""


class Runs(_Part):
    """Runs, newest first."""

    crawls: list[Run]
    """The runs."""


class RunsQuery(_Part):
    """How many."""

    limit: int = Field(default=50, ge=1, le=500)
    """The newest so many."""


class RunPath(BaseModel):
    """Which run."""

    run_id: str


class CrawlRequest(_Part):
    """A crawl to be done now."""

    spider: str = Field(max_length=100, json_schema_extra={"enum": list(SPIDERS)})
    """Which spider."""

    arguments: dict[str, str] = Field(max_length=10)
    """What it is given."""

    dry_run: bool = False
    """Only say what would be fetched."""


class CrawlHeader(BaseModel):
    """How a repeated request is known."""

    idempotency_key: str | None = Field(
        default=None, alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$"
    )


class Plan(_Part):
    """What would be fetched; nothing was queued."""

    fetches: str
    """In words."""

    site: str
    """From where."""

    page_count: int
    """Most pages it fetches."""

    at_least_seconds: float
    """How long the pauses between pages take."""


blueprint.before_request(only_who_may)


@blueprint.get("/crawls", responses={200: Runs, **described(422)})
def get_crawls(query: RunsQuery) -> Response:
    """The newest runs."""
    newest = select(CrawlRun).order_by(
        col(CrawlRun.queued_at).desc(), col(CrawlRun.run_id)
    )
    with state().database.reading() as session:
        rows = session.exec(newest.limit(query.limit)).all()
        runs = [Run.model_validate(row) for row in rows]
    return _json(Runs(crawls=runs))


@blueprint.get("/crawls/<run_id>", responses={200: Run, **described(404)})
def get_crawl(path: RunPath) -> Response:
    """One run."""
    return _json(_found(path.run_id))


@blueprint.post(
    "/crawls", responses={200: Plan, 202: Run, **described(400, 409, 413, 422)}
)
def post_crawl(header: CrawlHeader, body: CrawlRequest) -> Response:
    """Crawl now; the same request again is the same run while that one is open."""
    try:
        body.arguments = whole_arguments(body.spider, body.arguments)
    except RequestError as error:
        return problem(422, "Not valid", str(error))
    if body.dry_run:
        plan = crawl_plan(state().settings, body.spider, body.arguments)
        with state().database.writing() as session:
            audit(session, "crawl.plan", body.spider, {"arguments": body.arguments})
        return _json(Plan.model_validate(plan))
    with state().database.writing() as session:
        row, is_new = _requested(session, body, header.idempotency_key)
        what = {"spider": row.spider, "arguments": row.arguments}
        audit(session, "crawl.run", row.run_id, what)
    if is_new:
        jobs.enqueue(state().settings, "crawl", row.run_id)
    run = Run.model_validate(row)
    answer = _json(run, 202)
    answer.headers["Location"] = f"/v1/admin/crawls/{run.run_id}"
    return answer


@blueprint.delete("/crawls/<run_id>", responses={200: Run, **described(404, 409)})
def delete_crawl(path: RunPath) -> Response:
    """Cancel a run that has not begun."""
    _found(path.run_id)
    cancel = (
        update(CrawlRun)
        .where(col(CrawlRun.run_id) == path.run_id, col(CrawlRun.state) == "queued")
        .values(state="cancelled", finished_at=utc_now())
    )
    with state().database.writing() as session:
        if session.execute(cancel).rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError("only a run that is still queued can be cancelled")
        audit(session, "crawl.cancel", path.run_id, {})
    return _json(_found(path.run_id))


def _found(run_id: str) -> Run:
    if re.fullmatch(r"[0-9a-f]{32}", run_id):
        with state().database.reading() as session:
            row = session.get(CrawlRun, run_id)
            if row is not None:
                return Run.model_validate(row)
    raise MissingError("there is no such run")


def _requested(
    session: Session, body: CrawlRequest, key: str | None
) -> tuple[CrawlRun, bool]:
    open_run = _open_run(session, body) if key is None else None
    if open_run is not None:
        return open_run, False
    request_key = _next_key(session, body) if key is None else f"{g.admin}:{key}"
    row, is_new = jobs.add_crawl(
        session, body.spider, body.arguments, "admin", request_key
    )
    if (row.spider, row.arguments) != (body.spider, body.arguments):
        raise ConflictError("this Idempotency-Key was used for another request")
    return row, is_new


def _open_run(session: Session, body: CrawlRequest) -> CrawlRun | None:
    newest = (
        select(CrawlRun)
        .where(CrawlRun.spider == body.spider, col(CrawlRun.state).in_(OPEN))
        .order_by(col(CrawlRun.queued_at))
    )
    rows = session.exec(newest)
    return next((row for row in rows if row.arguments == body.arguments), None)


def _next_key(session: Session, body: CrawlRequest) -> str:
    """Return the key of this request's next run: two at once get the same."""
    canonical = json.dumps([body.spider, body.arguments], sort_keys=True)
    stem = f"again-{hashlib.sha256(canonical.encode()).hexdigest()}-"
    ended = select(func.count()).where(
        col(CrawlRun.request_key).startswith(stem), col(CrawlRun.state).not_in(OPEN)
    )
    return f"{stem}{session.exec(ended).one()}"


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
