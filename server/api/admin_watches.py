"""/v1/admin/watches: what is crawled again and again. Admins write, all audited."""

from datetime import datetime, timedelta

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from server.access import audit, only_who_may
from server.problems import described, problem
from server.state import state
from store.clock import utc_now
from store.errors import MissingError, RequestError
from store.spiders import ARGUMENT_CHARACTERS, SPIDERS, watch_arguments
from store.tables import Watch
from store.turns import NEW_WATCHES, wait_for_turn

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
    number = col(Watch.watch_id)
    some = select(Watch).where(number > query.after).order_by(number)
    with state().database.reading() as session:
        rows = session.exec(some.limit(query.limit)).all()
        found = [WatchState.model_validate(row) for row in rows]
    return _json(Watches(watches=found))


@blueprint.post(
    "/watches",
    responses={200: WatchState, 201: WatchState, **described(400, 413, 422)},
)
def post_watch(body: WatchRequest) -> Response:
    """Crawl again and again; the same spider and target again is the same watch."""
    try:
        arguments = watch_arguments(body.spider, body.target, body.product_id)
    except RequestError as error:
        return problem(422, "Not valid", str(error))
    if body.product_id and "product_id" not in arguments:
        return problem(422, "Not valid", f"{body.spider} takes no product_id")
    body.target = arguments[SPIDERS[body.spider].target]
    with state().database.writing() as session:
        wait_for_turn(session, NEW_WATCHES)
        known = _known(session, body)
        watch = _changed(known, body) if known else _new(body)
        session.add(watch)
        session.flush()
        audit(session, "watch.set", str(watch.watch_id), body.model_dump())
    return _json(WatchState.model_validate(watch), 200 if known else 201)


@blueprint.delete(
    "/watches/<watch_id>", responses={200: WatchState, **described(404, 422)}
)
def delete_watch(path: WatchPath) -> Response:
    """Crawl it no more; what was crawled stays."""
    with state().database.writing() as session:
        watch = session.get(Watch, path.watch_id, with_for_update=True)
        if watch is None:
            raise MissingError("there is no such watch")
        gone = WatchState.model_validate(watch)
        session.delete(watch)
        what = {"spider": watch.spider, "target": watch.target}
        audit(session, "watch.delete", str(path.watch_id), what)
    return _json(gone)


def _known(session: Session, body: WatchRequest) -> Watch | None:
    same = (
        select(Watch)
        .where(Watch.spider == body.spider, Watch.target == body.target)
        .order_by(col(Watch.watch_id))
        .limit(1)
        .with_for_update()
    )
    return session.exec(same).first()


def _new(body: WatchRequest) -> Watch:
    return Watch(**body.model_dump(), asked_by="admin", next_due_at=utc_now())


def _changed(watch: Watch, body: WatchRequest) -> Watch:
    watch.every_minutes = body.every_minutes
    watch.product_id = body.product_id or watch.product_id
    watch.paused = False
    soon = utc_now() + timedelta(minutes=body.every_minutes)
    watch.next_due_at = min(watch.next_due_at, soon)
    return watch


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
