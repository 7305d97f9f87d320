"""GET /v1/cards/<prefix>: the private look-up.

The browser sends the first digits of a key, gets every card they could mean and
picks its own; which one, nobody here ever learns.
"""

import hashlib
import re
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Text, cast
from sqlmodel import Session, col, select

from ml.card import Card
from server.catalogue import PREFIX_MAX, PREFIX_MIN
from server.problems import described
from server.state import state
from store.errors import RequestError
from store.tables import RiskCard

blueprint = APIBlueprint(
    "cards", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
MAX_AGE_SECONDS = 300
_PREFIX = re.compile(rf"[0-9a-f]{{{PREFIX_MIN},{PREFIX_MAX}}}")
_AFTER = dict(zip("0123456789abcdef", "123456789abcdefg", strict=True))


class CardsPath(BaseModel):
    """Which bucket."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    prefix: str = Field(json_schema_extra={"pattern": f"^{_PREFIX.pattern}$"})
    """The first hex digits of a card's key; how many, ``/v1/config`` says."""


class Cards(BaseModel):
    """A bucket."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    cards: list[Card]
    """Every card whose key starts with the prefix, by key; none is no error."""


_NOT_MODIFIED: dict[Any, Any] = {
    304: {"description": "The same as the `If-None-Match` one"}
}


@blueprint.get(
    "/cards/<prefix>", responses={200: Cards, **_NOT_MODIFIED, **described(400, 503)}
)
def get_cards(path: CardsPath) -> Response:
    """Every card whose key starts with these digits."""
    _check(path.prefix)
    with state().database.reading() as session:
        payloads = bucket(session, path.prefix)
    body = f'{{"cards":[{",".join(payloads)}]}}'.encode()
    answer = Response(body, mimetype="application/json")
    answer.set_etag(hashlib.blake2b(body, digest_size=16).hexdigest())
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    answer.make_conditional(request)
    return answer


def bucket(session: Session, prefix: str) -> list[str]:
    """Return the bucket's cards as the JSON they are stored as."""
    after = prefix[:-1] + _AFTER[prefix[-1]]
    query = (
        select(cast(RiskCard.payload, Text))
        .where(col(RiskCard.key) >= prefix, col(RiskCard.key) < after)
        .order_by(col(RiskCard.key))
    )
    return list(session.exec(query))


def _check(prefix: str) -> None:
    if re.fullmatch(r"[0-9a-f]+", prefix) and len(prefix) > PREFIX_MAX:
        raise RequestError(
            f"a prefix of more than {PREFIX_MAX} digits would tell which product is "
            "looked at: send as many as /v1/config says"
        )
    if not _PREFIX.fullmatch(prefix):
        raise RequestError(
            f"a prefix is {PREFIX_MIN} to {PREFIX_MAX} hex digits in lower case"
        )
