"""/v1/admin/models and /v1/admin/monitor: which model is served, and how it fares."""

from datetime import date, datetime
from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict

import jobs
from ml.registry.versions import all_models
from server.access import only_who_may
from server.monitoring import last_monitor
from server.problems import described
from server.state import state
from store.clock import utc_now
from store.errors import MissingError
from store.tables import ModelVersion

blueprint = APIBlueprint(
    "admin_models",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        from_attributes=True,
        protected_namespaces=(),
    )


class RegisteredModel(_Part):
    """A registered model."""

    version: str
    """Time of training and purpose."""

    purpose: str
    """``shopper`` or ``checkout``."""

    role: str
    """``champion``, ``challenger`` or ``retired``."""

    trained_at: datetime
    """When, UTC."""

    trained_on: str
    """``retailer`` or ``sample``."""

    target: str
    """``regret`` or ``returned``."""

    window_from: date
    """First purchase day it learned from."""

    window_to: date
    """Last purchase day it learned from."""

    figures: dict[str, Any]
    """Quality out of time."""


class RegisteredModels(_Part):
    """Models, the newest first."""

    models: list[RegisteredModel]
    """The models."""


class ModelPath(BaseModel):
    """Which model."""

    version: str


class Check(_Part):
    """What the monitor found when it last ran."""

    checked_at: datetime
    """When, UTC."""

    alarms: list[str]
    """In words; empty when all is well."""

    drift: list[dict[str, Any]]
    """By purpose and feature: psi, threshold, n and whether it is an alarm."""

    freshness: list[dict[str, Any]]
    """By kind: when the newest was seen, its age, how old it may be."""


blueprint.before_request(only_who_may)


@blueprint.get("/models", responses={200: RegisteredModels})
def get_models() -> Response:
    """Every registered model."""
    rows = all_models(state().database)
    return _json(
        RegisteredModels(models=[RegisteredModel.model_validate(row) for row in rows])
    )


@blueprint.post(
    "/models/<version>/promote", responses={200: RegisteredModel, **described(404)}
)
def post_promote(path: ModelPath) -> Response:
    """Serve this model from now on; asked again, nothing more is done."""
    from ml.registry.roles import promote  # noqa: PLC0415 - it brings LightGBM

    database, version = state().database, _plain(path.version)
    changed = promote(
        database, state().settings, version, actor=g.admin, why="asked for"
    )
    if changed:
        _serve_anew()
    with database.reading() as session:
        return _json(RegisteredModel.model_validate(session.get(ModelVersion, version)))


@blueprint.post(
    "/models/<version>/rollback",
    responses={200: RegisteredModel, **described(404, 409)},
)
def post_rollback(path: ModelPath) -> Response:
    """Serve again what was served before this champion; asked again, nothing more is
    done.
    """
    from ml.registry.roles import roll_back  # noqa: PLC0415 - it brings LightGBM

    version = _plain(path.version)
    before = roll_back(state().database, state().settings, version, actor=g.admin)
    _serve_anew()
    return _json(RegisteredModel.model_validate(before))


@blueprint.get("/monitor", responses={200: Check, **described(404)})
def get_monitor() -> Response:
    """Drift and freshness, as the monitor last found them."""
    found = last_monitor(state().database)
    if found is None:
        raise MissingError("the monitor has not run yet")
    return _json(Check.model_validate(found))


def _plain(version: str) -> str:
    if not (version.isascii() and version.isprintable()):
        raise MissingError("there is no such model")
    return version


def _serve_anew() -> None:
    # The model is loaded by every worker by itself; the cards have to be made anew.
    now = utc_now()
    jobs.once(state().database, "refresh", f"{now:%Y-%m-%dT%H:%M:%S}-models")


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")
