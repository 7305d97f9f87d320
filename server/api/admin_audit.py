"""/v1/admin/audit: who did what. For admins; nothing can be changed here."""

from datetime import UTC, datetime
from typing import Annotated, Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.access import only_who_may
from server.problems import described
from server.state import state
from store.tables import AuditEvent

blueprint = APIBlueprint(
    "admin_audit",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)
LARGEST_ID = 2**31 - 1
NO_NUL = r"^[^\x00]*$"


def _spelled_out(text: str) -> str:
    if not text[:4].isdigit() or text[4:5] != "-":  # pydantic would take "5" for a time
        raise ValueError("a time is written as 2026-03-01T06:00:00Z")
    return text


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this time is out of range") from error


Time = Annotated[AwareDatetime, BeforeValidator(_spelled_out), AfterValidator(_in_utc)]


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", from_attributes=True
    )


class Event(_Part):
    """What somebody did."""

    event_id: int
    """Running number."""

    happened_at: datetime
    """When, UTC."""

    actor: str
    """Who: a person's name, ``cli``, ``settings``, ``trial`` or ``nobody``."""

    action: str
    """What, such as ``crawl.run``."""

    subject: str
    """On what."""

    details: dict[str, Any]
    """Anything else."""


class Events(_Part):
    """Events, the newest first."""

    events: list[Event]
    """The events."""


class EventsQuery(_Part):
    """Which events."""

    limit: int = Field(default=100, ge=1, le=1000)
    """The newest so many."""

    before: int | None = Field(default=None, ge=1, le=LARGEST_ID)
    """Only those with a smaller number: the rest of a longer list."""

    actor: str | None = Field(default=None, max_length=200, pattern=NO_NUL)
    """Only what this one did."""

    action: str | None = Field(default=None, max_length=200, pattern=NO_NUL)
    """Only this."""

    subject: str | None = Field(default=None, max_length=200, pattern=NO_NUL)
    """Only on this."""

    since: Time | None = None
    """Only then or later."""

    until: Time | None = None
    """Only before then."""


blueprint.before_request(only_who_may)


@blueprint.get("/audit", responses={200: Events, **described(422)})
def get_audit(query: EventsQuery) -> Response:
    """Who did what, the newest first."""
    with state().database.reading() as session:
        rows = session.exec(_wanted(query)).all()
        events = Events(events=[Event.model_validate(row) for row in rows])
    return Response(events.model_dump_json(), mimetype="application/json")


def _wanted(query: EventsQuery) -> SelectOfScalar[AuditEvent]:
    wanted = select(AuditEvent).order_by(col(AuditEvent.event_id).desc())
    for name in ("actor", "action", "subject"):
        if (value := getattr(query, name)) is not None:
            wanted = wanted.where(getattr(AuditEvent, name) == value)
    if query.before is not None:
        wanted = wanted.where(col(AuditEvent.event_id) < query.before)
    if query.since is not None:
        wanted = wanted.where(AuditEvent.happened_at >= query.since)
    if query.until is not None:
        wanted = wanted.where(AuditEvent.happened_at < query.until)
    return wanted.limit(query.limit)
