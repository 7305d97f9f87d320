"""What people allowed, and that they asked to be forgotten."""

from datetime import date, datetime

from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class Consent(Table, table=True):
    """A person's yes or no to a purpose; none is ever changed, the newest counts."""

    __tablename__ = "consent"

    customer_pseudonym: str = Field(primary_key=True)
    """The person, as a pseudonym."""

    purpose: str = Field(primary_key=True)
    """``email``, ``sms`` or ``webhook``."""

    decided_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    """When the person decided, UTC."""

    is_given: bool
    """Yes or no."""

    source: str
    """Where it was given, such as ``checkout form of May 2026``."""


class Forgotten(Table, table=True):
    """A person who was forgotten: what comes in about them again is left out."""

    __tablename__ = "forgotten"

    person_hash: str = Field(primary_key=True)
    """HMAC-SHA-256 of the pseudonym; it is in no other table."""

    forgotten_on: date
    """The day, UTC."""
