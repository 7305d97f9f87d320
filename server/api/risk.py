"""POST /v1/risk: a card for a product that is described, once the shopper agreed."""

from decimal import Decimal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ml.card import Card
from server.lookups import asked_for
from server.problems import described
from server.state import state
from server.tallies import tallies
from server.texts import PlainText
from store.keys import canonical_url, card_keys

blueprint = APIBlueprint(
    "risk", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)


class ProductDescription(BaseModel):
    """A product as its page describes it; nothing about who looks at it."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", str_strip_whitespace=True
    )

    brand: PlainText | None = Field(default=None, max_length=200)
    """Its maker."""

    category: PlainText | None = Field(default=None, max_length=200)
    """What the shop files it under."""

    price: Decimal | None = Field(default=None, ge=0, le=10**9)
    """What it costs."""

    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    """ISO 4217 code of the price."""

    gtin: PlainText | None = Field(default=None, max_length=20)
    """Its bar code."""

    url: PlainText | None = Field(default=None, max_length=2000)
    """Its page; only a hash is made of it, it is never fetched."""

    title: PlainText = Field(min_length=1, max_length=500)
    """Its name."""

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            known = canonical_url(value)
        except ValueError:
            known = ""
        if not known:
            raise ValueError("not an http or https address")
        return value

    # It stands last among the fields, for it may lean on the others.
    @field_validator("title")
    @classmethod
    def _a_name(cls, value: str, others: ValidationInfo) -> str:
        known = {name: others.data.get(name) for name in ("url", "gtin")}
        if not card_keys(title=value, **known):
            raise ValueError(
                "needs at least one letter or digit, where no gtin or url names it"
            )
        return value


@blueprint.post("/risk", responses={200: Card, **described(400, 413, 415, 422, 503)})
def post_risk(body: ProductDescription) -> Response:
    """The risk card of a product described by its page."""
    scorer = state().scorer.current(state().catalogue)
    card = scorer.card(
        title=body.title,
        brand=body.brand,
        category=body.category,
        price=body.price,
        currency=body.currency,
        gtin=body.gtin,
        url=body.url,
    )
    if state().settings.lookup_watches and (
        asked := asked_for(body.title, body.brand, body.gtin, body.url)
    ):
        tallies().lookups.add(asked)
    return Response(card.model_dump_json(), mimetype="application/json")
