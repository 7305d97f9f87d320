"""GET /v1/cards/<prefix>: the private look-up.

The browser sends the first digits of a key, gets every card they could mean and
picks its own; which one, nobody here ever learns.
"""

import re

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from ml.card import Card
from server.front import IS_BUCKET, etag_of
from server.problems import NOT_MODIFIED, described
from server.state import state
from store.buckets import DIGITS, PREFIX_MAX, PREFIX_MIN, payloads_under
from store.errors import RequestError
from store.look_up import Found
from store.packing import bucket_json, pack

blueprint = APIBlueprint(
    "cards", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
MAX_AGE_SECONDS = 300
_PREFIX = re.compile(rf"[0-9a-f]{{{PREFIX_MIN},{PREFIX_MAX}}}")


class CardsPath(BaseModel):
    """Which bucket."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    prefix: str = Field(json_schema_extra={"pattern": f"^{_PREFIX.pattern}$"})
    """The first hex digits of a card's key; how many, ``/v1/config`` says."""


class Cards(BaseModel):
    """A bucket; all buckets come in the same number of bytes, compressed or not."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    cards: list[Card]
    """Every card whose key starts with the prefix, by key; none is no error."""


@blueprint.get(
    "/cards/<prefix>", responses={200: Cards, **NOT_MODIFIED, **described(400, 503)}
)
def get_cards(path: CardsPath) -> Response:
    """Every card whose key starts with these digits."""
    _check(path.prefix)
    compressed = bool(request.accept_encodings["gzip"])
    sent = state().buckets.sent(path.prefix, compressed=compressed)
    request.environ[IS_BUCKET] = compressed and sent is not None
    sent = sent or _made(path.prefix).sent(compressed=compressed)
    headers = {
        "ETag": etag_of(sent),
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
        "Vary": "Accept-Encoding",
    }
    if compressed:
        headers["Content-Encoding"] = "gzip"
    answer = Response(sent.text, headers=headers, mimetype="application/json")
    # To find that there is no condition takes longer than all else here.
    if request.if_none_match:
        answer.make_conditional(request)
    return answer


def _made(prefix: str) -> Found:
    """Return a bucket of another length, for a browser that read of it before."""
    cut = state().catalogue.current().buckets
    shorter = cut.prefix_length - len(prefix)
    if shorter > 1:
        raise RequestError(
            f"a prefix of {len(prefix)} digits asks for too many cards: send "
            f"{cut.prefix_length}, as /v1/config says"
        )
    with state().database.reading() as session:
        packed = pack(bucket_json(payloads_under(session, prefix)))
    # A part of a bucket is padded to a whole one, and a row of them to a whole row.
    times = len(DIGITS) if shorter == 1 else 1
    return Found(
        packed,
        times * cut.largest_body_bytes,
        times * cut.largest_json_bytes,
        cut.etag,
    )


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
