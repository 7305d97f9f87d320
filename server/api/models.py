"""GET /v1/models: what the served models are for, how good they are, and for whom."""

from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from ml.model_card.facts import ModelCard
from ml.model_card.markdown import markdown
from server.compression import compressed
from server.problems import described
from server.state import state
from store.errors import MissingError
from store.tables import ModelVersion

blueprint = APIBlueprint(
    "models", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
MAX_AGE_SECONDS = 300
MARKDOWN = "text/markdown"


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Models(_Part):
    """The models that are served."""

    models: list[ModelCard]
    """One a purpose, by its name; none before anything was trained."""


class ModelPath(_Part):
    """Which model."""

    purpose: str
    """``shopper`` or ``checkout``."""


@blueprint.get("/models", responses={200: Models, **described(503)})
@compressed()
def get_models() -> Response:
    """The model cards of the served models, as data."""
    body = Models(models=[ModelCard.of(row) for row in _served()])
    return _answer(body.model_dump_json(), "application/json")


_AS_MARKDOWN: dict[Any, Any] = {
    200: {"content": {MARKDOWN: {"schema": {"type": "string"}}}}
}


@blueprint.get(
    "/models/<purpose>/card", responses={**_AS_MARKDOWN, **described(404, 503)}
)
@compressed()
def get_model_card(path: ModelPath) -> Response:
    """The model card of a served model, to read."""
    for row in _served():
        if row.purpose == path.purpose:
            return _answer(markdown(ModelCard.of(row)), MARKDOWN)
    raise MissingError("no such model is served; /v1/models has those that are")


def _served() -> list[ModelVersion]:
    query = (
        select(ModelVersion)
        .where(ModelVersion.role == "champion")
        .order_by(col(ModelVersion.purpose))
    )
    with state().database.reading() as session:
        return list(session.exec(query).all())


def _answer(body: str, kind: str) -> Response:
    answer = Response(body, mimetype=kind)
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    return answer
