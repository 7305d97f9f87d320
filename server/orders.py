"""Orders as they come to `/v1/score`: one, an array, or a line each, however many.

Of many, some are held at a time. A line that can't be used is answered with its number
and the reason, which never quotes what stood in it.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Annotated, Any, Protocol, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    ValidationError,
)
from pydantic_core import from_json

from ml.order_score import OrderScore
from server.texts import PlainText

Text = Annotated[PlainText, Field(max_length=200)]
CHUNK_ORDERS = 500
# The lines of one basket are scored together, as far as they stand together.
LONGEST_CHUNK = 2 * CHUNK_ORDERS
LINE_BYTES = 16_384
Read = dict[str, str | None] | str


class OrderToScore(BaseModel):
    """An order in the import format; numbers may be JSON's own or text."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", allow_inf_nan=False, strict=True
    )

    order_id: Text | StrictInt
    """The retailer's id."""

    customer_id: Text | StrictInt
    """The retailer's id of the person; only a keyed pseudonym is made of it."""

    product_id: Text | StrictInt
    """What is bought."""

    purchased_at: Text
    """When: ISO 8601, a bare date is its midnight, UTC."""

    unit_price: Text | StrictInt | StrictFloat
    """Price of one piece."""

    currency: Text | None = None
    """ISO 4217 code of the price."""

    quantity: Text | StrictInt | StrictFloat | None = None
    """Pieces."""

    customer_age: Text | StrictInt | StrictFloat | None = None
    """Years; only a five-year band is made of it."""

    zip: Text | StrictInt | None = None
    """US ZIP code; only an income decile is made of it."""

    channel: Text | None = None
    """Where it is bought: ``web``, ``app``, ``tiktok_shop``, ..."""

    def texts(self) -> dict[str, str | None]:
        """Return the columns as a file has them."""
        given = self.model_dump()
        return {n: None if v is None else str(v) for n, v in given.items()}


@dataclass(frozen=True)
class BadLine:
    """A line that can't be used."""

    line: int
    """Its number, from 1."""

    reason: str
    """Why."""


Found = OrderScore | BadLine


class Scores(Protocol):
    """Scores orders that are given as text."""

    def score(self, orders: Sequence[dict[str, str | None]]) -> list[OrderScore | str]:
        """Return the score of each, or why it has none."""


def read_order(value: Any) -> Read:
    """Return an order's columns as text, or what is wrong with it."""
    try:
        return OrderToScore.model_validate(value).texts()
    except ValidationError as error:
        return _faults(error)


def bounded_lines(body: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a body; of one that is too long, its beginning."""
    reader = io.BufferedReader(cast(io.RawIOBase, body))
    while line := reader.readline(LINE_BYTES + 1):
        yield line
        while len(line) > LINE_BYTES and not line.endswith(b"\n"):
            line = reader.readline(LINE_BYTES + 1)


def score_lines(
    scores: Scores, lines: Iterable[bytes]
) -> Iterator[OrderScore | BadLine]:
    """Yield the score of each line of NDJSON, or why it has none, in their order.

    Parameters
    ----------
    lines : iterable of bytes
        Read as far as is needed: some 500 orders are held at a time.
    """
    chunk: list[tuple[int, Read]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        order = _parsed(line)
        if chunk and _is_full(chunk, order):
            yield from _scored(scores, chunk)
            chunk = []
        chunk.append((number, order))
    yield from _scored(scores, chunk)


def score_each(
    scores: Scores, orders: Iterable[Read]
) -> Iterator[OrderScore | BadLine]:
    """Yield the score of each order, or why it has none."""
    yield from _scored(scores, list(enumerate(orders, 1)))


def _is_full(chunk: Sequence[tuple[int, Read]], order: Read) -> bool:
    if len(chunk) >= LONGEST_CHUNK:
        return True
    return len(chunk) >= CHUNK_ORDERS and _basket(order) != _basket(chunk[-1][1])


def _basket(order: Read) -> tuple[str | None, ...] | None:
    if isinstance(order, str):
        return None
    return order["customer_id"], order["purchased_at"]


def _parsed(line: bytes) -> Read:
    if len(line) > LINE_BYTES:
        return f"the line is longer than {LINE_BYTES} bytes"
    try:
        return read_order(from_json(line, allow_inf_nan=False))
    except ValueError:
        return "not JSON"


def _scored(scores: Scores, chunk: Sequence[tuple[int, Read]]) -> Iterator[Found]:
    found = iter(
        scores.score([order for _, order in chunk if not isinstance(order, str)])
    )
    for number, order in chunk:
        score = order if isinstance(order, str) else next(found)
        yield BadLine(number, score) if isinstance(score, str) else score


def _faults(error: ValidationError) -> str:
    """Return what does not fit, never what it held: a name may be a slip, too."""
    found = set()
    for each in error.errors(include_url=False, include_input=False):
        place = each["loc"][0] if each["loc"] else "the order"
        known = place in OrderToScore.model_fields or place == "the order"
        found.add(f"{place if known else 'another column'}: {each['msg']}")
    return "; ".join(sorted(found))[:500]
