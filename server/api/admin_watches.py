"""/v1/admin/watches: what is crawled again and again. Admins write, all audited."""

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server import watches
from server.access import only_who_may
from server.operating import operator
from server.problems import described, problem
from server.state import state
from store.errors import RequestError
from store.spiders import ARGUMENT_CHARACTERS, SPIDERS

blueprint = APIBlueprint(
    "admin_watches",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)
YEAR_MINUTES = 366 * 24 * 60
LARGEST_ID = 2**31 - 1


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", from_attributes=True
    )


class WatchRequest(_Part):
    """Something to crawl again and again."""

    spider: str = Field(max_length=100, json_schema_extra={"enum": list(SPIDERS)})
    """Which spider."""

    target: str = Field(min_length=1, max_length=ARGUMENT_CHARACTERS)
    """Hashtag or query, as the spider takes it."""

    every_minutes: int = Field(ge=1, le=YEAR_MINUTES)
    """How often."""

    product_id: str | None = Field(
        default=None, min_length=1, max_length=ARGUMENT_CHARACTERS
    )
    """The product a query stands for, where it stands for one."""


class WatchState(WatchRequest):
    """A watch and when it is due."""

    # As it is stored: what came by another way may be longer, or of another spider.
    spider: str
    """Which spider."""

    target: str
    """Hashtag or query, as the spider takes it."""

    every_minutes: int
    """How often."""

    product_id: str | None
    """The product a query stands for, where it stands for one."""

    watch_id: int
    """Running number."""

    asked_by: str
    """``import``, ``admin`` or ``lookup``."""

    next_due_at: datetime
    """When it is to be crawled next, UTC."""

    paused: bool
    """It is not crawled: it was stopped, or could not be."""


class Watches(_Part):
    """Watches, oldest first."""

    watches: list[WatchState]
    """The watches."""


class WatchesQuery(_Part):
    """How many."""

    limit: int = Field(default=500, ge=1, le=5000)
    """The first so many."""

    after: int = Field(default=0, ge=0, le=LARGEST_ID)
    """Only those with a larger number: the rest of a longer list."""


class WatchPath(BaseModel):
    """Which watch."""

    watch_id: int = Field(ge=1, le=LARGEST_ID)


blueprint.before_request(only_who_may)


@blueprint.get("/watches", responses={200: Watches, **described(422)})
def get_watches(query: WatchesQuery) -> Response:
    """What is crawled again and again."""
    with state().database.reading() as session:
        rows = watches.all_watches(session, query.after, query.limit)
        found = [WatchState.model_validate(row) for row in rows]
    return _json(Watches(watches=found))


@blueprint.post(
    "/watches",
    responses={200: WatchState, 201: WatchState, **described(400, 413, 422)},
)
def post_watch(body: WatchRequest) -> Response:
    """Crawl again and again; the same spider and target again is the same watch."""
    try:
        watch, is_new = watches.set_watch(operator(), **body.model_dump())
    except RequestError as error:
        return problem(422, "Not valid", str(error))
    return _json(WatchState.model_validate(watch), 201 if is_new else 200)


@blueprint.delete(
    "/watches/<watch_id>", responses={200: WatchState, **described(404, 422)}
)
def delete_watch(path: WatchPath) -> Response:
    """Crawl it no more; what was crawled stays."""
    gone = watches.remove(operator(), path.watch_id)
    return _json(WatchState.model_validate(gone))


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
