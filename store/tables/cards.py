"""Risk cards, and the buckets in which browsers fetch them. All of it can be thrown
away and made again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class RiskCard(Table, table=True):
    """The finished answer for one key of one product, as the API gives it."""

    __tablename__ = "risk_card"

    key: str = Field(primary_key=True)
    """SHA-256, hex, of the canonical URL, the GTIN, or the brand and title."""

    product_id: str = Field(index=True)
    """The product."""

    payload: dict[str, Any] = Field(sa_type=JSON)
    """The card."""

    computed_at: datetime = Field(sa_type=UtcDateTime)
    """When it was computed, UTC."""

    expires_at: datetime = Field(sa_type=UtcDateTime)
    """When it stops being true, UTC."""


class CardBucket(Table, table=True):
    """All cards whose keys begin with the same digits, ready to be sent."""

    __tablename__ = "card_bucket"

    prefix: str = Field(primary_key=True)
    """The digits: as many as `card_catalogue.prefix_length`."""

    etag: str
    """BLAKE2b, hex, of the JSON: who has this one needs no other."""

    card_count: int
    """Cards in it."""

    json_bytes: int
    """Length of the JSON."""

    body: bytes
    """The JSON, compressed; it is padded when it is sent, to the length of the
    largest."""


class CardCatalogue(Table, table=True):
    """How all cards are cut into buckets: one row, written with the buckets, so that
    both are always of the same moment.
    """

    __tablename__ = "card_catalogue"

    catalogue_id: int = Field(primary_key=True)
    """Always 1."""

    etag: str
    """BLAKE2b, hex, of the `card_bucket.etag` of all buckets, in order."""

    prefix_length: int
    """Digits of a key that a browser sends, 1-8."""

    wanted: int
    """Cards every bucket was to hold, where there are so many."""

    card_count: int
    """Cards there are."""

    smallest: int
    """Cards in the smallest bucket; 0 if one is empty."""

    median: int
    """Cards in the middle one."""

    largest_body_bytes: int
    """Length of the largest `card_bucket.body`."""

    largest_json_bytes: int
    """The largest `card_bucket.json_bytes`."""

    computed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest card was computed, UTC; none where there are none."""
