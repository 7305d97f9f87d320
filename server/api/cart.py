"""POST /v1/cart: several products at once, and the nudge they are worth."""

from typing import Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from interventions.nudges import BasketItem, Kind, decide, summarise
from interventions.rules import read_rules
from ml.card import Card, Evidence, Stage, Target
from server.api.risk import ProductDescription
from server.problems import described
from server.shown import Shown
from server.state import state
from server.tallies import tallies
from store.clock import utc_now

blueprint = APIBlueprint(
    "cart", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
MOST_ITEMS = 100


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", from_attributes=True
    )


class CartItem(ProductDescription):
    """A product in a basket."""

    quantity: int = Field(default=1, ge=1, le=999)
    """Pieces."""


class Cart(_Part):
    """A basket; nothing about whose."""

    items: list[CartItem] = Field(min_length=1, max_length=MOST_ITEMS)
    """What is in it."""


class CartCard(_Part):
    """The core of a product's card."""

    key: str
    """SHA-256, hex, the card is found by."""

    risk: float | None
    """Calibrated probability of what ``target`` names; none without evidence."""

    risk_low: float | None
    """Lower end of its 90 % interval."""

    risk_high: float | None
    """Upper end of it."""

    evidence: Evidence
    """``enough``, ``thin`` or ``none``."""

    stage: Stage | None
    """Where its trend stands."""

    target: Target | None
    """``regret`` or ``returned``; none where no number is given."""

    trained_on: Literal["retailer", "sample"] | None
    """``sample``: learned from made-up orders, not to be acted on."""


class CartSummary(_Part):
    """What is in the basket, in pieces."""

    item_count: int
    """All of them."""

    trending_count: int
    """Those of a trend that is not over."""

    over_half_count: int
    """Those whose risk is over a half."""

    known_count: int
    """Those with evidence."""

    text: str
    """In words."""


class CartNudge(_Part):
    """What to tell the shopper, if anything."""

    kind: Kind
    """``none``, ``cart_summary``, ``pre_purchase`` or ``cooling_off``."""

    text: str
    """In words; empty for ``none``."""

    cooling_off_hours: int | None
    """How long a pause is proposed; of ``cooling_off`` alone."""

    items: list[int]
    """The places in the basket, from 0, of the products it speaks of."""


class CartAnswer(_Part):
    """A card for each product, and what they are worth together."""

    items: list[CartCard]
    """The cards, in the order of the basket."""

    summary: CartSummary
    """What is in the basket."""

    nudge: CartNudge
    """What to tell the shopper."""


@blueprint.post(
    "/cart", responses={200: CartAnswer, **described(400, 413, 415, 422, 503)}
)
def post_cart(body: Cart) -> Response:
    """The cards of a basket, and the nudge it is worth; only counted, never kept."""
    scorer = state().scorer.current(state().catalogue)
    rules = read_rules(state().settings.rules_file).nudges
    cards = [scorer.card(**i.model_dump(exclude={"quantity"})) for i in body.items]
    pairs = zip(cards, body.items, strict=True)
    basket = [_basket_item(card, item.quantity) for card, item in pairs]
    nudge = decide(basket, rules)
    if nudge.kind != "none":
        tallies().shown.add(Shown(nudge.kind, utc_now().date()))
    answer = CartAnswer(
        items=[_core(card) for card in cards],
        summary=CartSummary.model_validate(summarise(basket, rules)),
        nudge=CartNudge.model_validate(nudge),
    )
    return Response(answer.model_dump_json(), mimetype="application/json")


def _core(card: Card) -> CartCard:
    model = card.model
    return CartCard(
        key=card.key,
        risk=card.risk,
        risk_low=card.risk_low,
        risk_high=card.risk_high,
        evidence=card.evidence,
        stage=card.stage,
        target=model.target if model else None,
        trained_on=model.trained_on if model else None,
    )


def _basket_item(card: Card, quantity: int) -> BasketItem:
    model = card.model
    return BasketItem(
        risk=card.risk,
        risk_low=card.risk_low,
        evidence=card.evidence,
        stage=card.stage,
        target=model.target if model else "regret",
        is_sample=model is not None and model.trained_on == "sample",
        quantity=quantity,
    )
