"""/v1/admin/crawls: what was crawled, crawl now, cancel. All acts are audited."""

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server import crawls
from server.access import only_who_may
from server.operating import operator
from server.problems import described, problem
from server.state import state
from store.errors import RequestError
from store.spiders import SPIDERS, whole_arguments

blueprint = APIBlueprint(
    "admin_crawls",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)


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


class RunDetails(Run):
    """One crawl, what came of it, and how it went."""

    source: str
    """Which site it asks."""

    page_items: list[int]
    """Items on each page that said something, kept or dropped."""

    coverage: dict[str, dict[str, int]]
    """By kind of item: how many had each field; under ``*`` how many there were."""

    signs: dict[str, str]
    """By what the source did worse at its end than before, in words."""

    log: str
    """The last 64 kB of its log, as far as it was written."""


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

    source: str
    """Which site it asks."""

    why_not: str | None
    """Why that is not asked now, in words; null: it may be."""

    spared_until: datetime | None
    """It is left alone until then, UTC."""

    requests_left_today: int | None
    """What is left of its daily quota; null: it has none."""


blueprint.before_request(only_who_may)


@blueprint.get("/crawls", responses={200: Runs, **described(422)})
def get_crawls(query: RunsQuery) -> Response:
    """The newest runs."""
    with state().database.reading() as session:
        rows = crawls.newest_runs(session, query.limit)
        runs = [Run.model_validate(row) for row in rows]
    return _json(Runs(crawls=runs))


@blueprint.get("/crawls/<run_id>", responses={200: RunDetails, **described(404)})
def get_crawl(path: RunPath) -> Response:
    """One run, with its log."""
    by = operator()
    row = crawls.run_of(by, path.run_id).model_dump(
        include=set(RunDetails.model_fields)
    )
    return _json(RunDetails(**row, log=crawls.log_of(by, path.run_id)))


@blueprint.post(
    "/crawls", responses={200: Plan, 202: Run, **described(400, 409, 413, 422)}
)
def post_crawl(header: CrawlHeader, body: CrawlRequest) -> Response:
    """Crawl now; the same request again is the same run while that one is open."""
    try:
        arguments = whole_arguments(body.spider, body.arguments)
    except RequestError as error:
        return problem(422, "Not valid", str(error))
    if body.dry_run:
        return _json(
            Plan.model_validate(crawls.planned(operator(), body.spider, arguments))
        )
    row = crawls.queued(operator(), body.spider, arguments, header.idempotency_key)
    answer = _json(Run.model_validate(row), 202)
    answer.headers["Location"] = f"/v1/admin/crawls/{row.run_id}"
    return answer


@blueprint.delete("/crawls/<run_id>", responses={200: Run, **described(404, 409)})
def delete_crawl(path: RunPath) -> Response:
    """Cancel a run that has not ended; one under way stops at its next page."""
    return _json(Run.model_validate(crawls.cancelled(operator(), path.run_id)))


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
