"""/v1/outcomes: a shopper says what became of a thing, and may take it back.

Who says it is a random token that the browser made; it is neither stored nor logged,
only HMAC-SHA-256 of it under the shoppers' key.
"""

from datetime import UTC, datetime, time
from typing import Annotated, Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlmodel import Session, col, delete, select

from server.problems import described
from server.state import state
from store.clock import utc_now
from store.errors import MissingError
from store.privacy import Pseudonymiser
from store.tables import Outcome, RiskCard
from store.turns import OUTCOMES, wait_for_turn

blueprint = APIBlueprint(
    "outcomes", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
# Of 32 random hex digits, one in 25 million has fewer.
LEAST_DIFFERENT = 8
LONGEST_OWNED_DAYS = 3650


def _looks_random(token: str) -> str:
    if len(set(token)) < LEAST_DIFFERENT:
        raise ValueError("not random: make 128 random bits or more")
    return token


InstallToken = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_-]{32,128}$"),
    AfterValidator(_looks_random),
]


def _said(value: object) -> object:
    # A literal of pydantic's takes 1 for true, which nobody has agreed with.
    if value is not True:
        raise ValueError("has to be true: nothing is kept without it")
    return value


Consent = Annotated[Literal[True], BeforeValidator(_said)]
CardKey = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class OutcomeReport(_Part):
    """What became of a thing."""

    install_token: InstallToken
    """Random, 128 bits or more in hex or base64url, made by the browser once."""

    card_key: CardKey
    """Key of the product's card."""

    answer: Literal["kept", "returned", "regret"]
    """What became of it."""

    consent: Consent
    """The shopper agreed to send this."""

    days_owned: int | None = Field(default=None, ge=0, le=LONGEST_OWNED_DAYS)
    """How long the shopper had it."""


class OutcomeTaken(_Part):
    """It was noted."""

    replaced: bool
    """An earlier answer about the same product was replaced."""


class OutcomeRetraction(_Part):
    """What to forget."""

    install_token: InstallToken
    """The token it was sent with."""

    card_key: CardKey | None = None
    """Key of the product's card; without it, all that was sent with the token."""


class OutcomesForgotten(_Part):
    """It was forgotten."""

    removed_count: int
    """Answers that were deleted; none is no error."""


@blueprint.post(
    "/outcomes",
    responses={
        200: OutcomeTaken,
        201: OutcomeTaken,
        **described(400, 404, 413, 415, 422, 503),
    },
)
def post_outcome(body: OutcomeReport) -> Response:
    """Kept, returned or regret it; a second answer replaces the first."""
    outcome = Outcome(
        install_pseudonym=_pseudonym(body.install_token),
        card_key=body.card_key,
        answer=body.answer,
        answered_at=datetime.combine(utc_now(), time(), UTC),
        days_owned=body.days_owned,
    )
    with state().database.writing() as session:
        wait_for_turn(session, OUTCOMES)
        if session.get(RiskCard, body.card_key) is None:
            raise MissingError("no card has this key")
        replaced = _forget(session, outcome.install_pseudonym, body.card_key) > 0
        session.add(outcome)
    status = 200 if replaced else 201
    return _json(OutcomeTaken(replaced=replaced), status)


@blueprint.delete(
    "/outcomes",
    responses={200: OutcomesForgotten, **described(400, 413, 415, 422, 503)},
)
def delete_outcomes(body: OutcomeRetraction) -> Response:
    """Forget one answer, or all that were sent with a token."""
    with state().database.writing() as session:
        removed = _forget(session, _pseudonym(body.install_token), body.card_key)
    return _json(OutcomesForgotten(removed_count=removed))


def _pseudonym(token: str) -> str:
    key_file = state().settings.shopper_pseudonym_key_file
    return Pseudonymiser(key_file, may_make=True).pseudonym(f"outcome {token}")


def _forget(session: Session, pseudonym: str, card_key: str | None) -> int:
    """Delete answers; of a product under whichever of its keys they were sent."""
    which = [col(Outcome.install_pseudonym) == pseudonym]
    if card_key:
        which.append(col(Outcome.card_key).in_([card_key, *_keys(session, card_key)]))
    done = session.execute(delete(Outcome).where(*which))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _keys(session: Session, card_key: str) -> list[str]:
    card = session.get(RiskCard, card_key)
    if card is None:
        return []
    same = select(RiskCard.key).where(RiskCard.product_id == card.product_id)
    return list(session.exec(same))


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
