"""GET /v1/config: what a browser must know before it asks anything."""

from datetime import datetime
from importlib.metadata import version

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from interventions.rules import NudgeRules, read_rules
from server.problems import NOT_MODIFIED, described
from server.state import state

blueprint = APIBlueprint(
    "config", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
MAX_AGE_SECONDS = 60
API_VERSION = version("trendguard")


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class BucketSizes(_Part):
    """How many cards hide the one that is wanted; measured, not promised."""

    wanted: int
    """Cards every bucket is to hold, where the catalogue allows."""

    smallest: int
    """Cards in the smallest bucket."""

    median: int
    """Cards in the middle one."""


class ConfigModel(_Part):
    """The model behind the cards."""

    version: str
    """Its version."""

    trained_on: str
    """``sample``: learned from made-up orders, not to be acted on."""

    trained_at: datetime
    """When, UTC."""


class Config(_Part):
    """What a browser must know before it asks anything."""

    api_version: str
    """Version of TrendGuard."""

    prefix_length: int = Field(ge=1, le=8)
    """Hex digits of a card's key to send to ``/v1/cards``."""

    card_count: int
    """Cards there are."""

    bucket_cards: BucketSizes
    """Sizes of the buckets at this length."""

    model: ConfigModel | None
    """None: nothing was trained yet."""

    nudges: NudgeRules
    """When a browser tells its shopper something: it decides by itself, so that nobody
    hears what is in a basket."""


@blueprint.get("/config", responses={200: Config, **NOT_MODIFIED, **described(503)})
def get_config() -> Response:
    """How to look up cards, and how private that is."""
    catalogue = state().catalogue.current()
    buckets, model = catalogue.buckets, catalogue.model
    config = Config(
        api_version=API_VERSION,
        prefix_length=buckets.prefix_length,
        card_count=buckets.card_count,
        bucket_cards=BucketSizes(
            wanted=buckets.wanted,
            smallest=buckets.smallest,
            median=buckets.median,
        ),
        model=ConfigModel(**vars(model)) if model else None,
        nudges=read_rules(state().settings.rules_file).nudges,
    )
    answer = Response(config.model_dump_json(), mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
