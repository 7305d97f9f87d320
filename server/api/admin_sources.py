"""/v1/admin/sources: the sites that are crawled; paused, let go on. All audited."""

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server import sources
from server.access import only_who_may
from server.operating import operator
from server.problems import described
from server.state import state

blueprint = APIBlueprint(
    "admin_sources",
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


class SourceState(_Part):
    """How we stand with a site."""

    source: str
    """Name of the site, or a shop's host."""

    spiders: list[str]
    """Who goes there."""

    paused: bool
    """A person stopped it."""

    refused_count: int
    """Crawls that it refused in a row."""

    spared_until: datetime | None
    """It is left alone until then, UTC; null: it is not."""

    why_not: str | None
    """Why it is not asked now, in words; null: it may be."""

    degraded_since: datetime | None
    """When it began to do worse than before, UTC; null: it does not."""

    signs: list[str]
    """By what it does worse, in words."""


class Sources(_Part):
    """Sites, each with how we stand with it."""

    sources: list[SourceState]
    """The sites."""


class SourcePath(BaseModel):
    """Which site."""

    source: str = Field(max_length=253)


blueprint.before_request(only_who_may)


@blueprint.get("/sources", responses={200: Sources})
def get_sources() -> Response:
    """Every site that is crawled."""
    with state().database.reading() as session:
        found = sources.site_states(session)
    states = [SourceState.model_validate(each) for each in found]
    return _json(Sources(sources=states))


@blueprint.post(
    "/sources/<source>/pause", responses={200: SourceState, **described(404, 422)}
)
def post_pause(path: SourcePath) -> Response:
    """Ask it nothing until it is resumed; what is queued waits."""
    return _set(path, paused=True)


@blueprint.post(
    "/sources/<source>/resume", responses={200: SourceState, **described(404, 422)}
)
def post_resume(path: SourcePath) -> Response:
    """Ask it again, at once also where it is left alone after refusals."""
    return _set(path, paused=False)


def _set(path: SourcePath, *, paused: bool) -> Response:
    found = sources.set_paused(operator(), path.source, paused=paused)
    return _json(SourceState.model_validate(found))


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")
