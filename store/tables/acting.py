"""What was decided and done about a risk: nudges, offers, experiments, answers."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class Nudge(Table, table=True):
    """How often a nudge was chosen on a day; counted, never for whom."""

    __tablename__ = "nudge"

    kind: str = Field(primary_key=True)
    """Which nudge."""

    day: date = Field(primary_key=True)
    """The day, UTC."""

    shown_count: int = 0
    """Times it was given to a browser."""


class Intervention(Table, table=True):
    """An offer or reminder decided for one order."""

    __tablename__ = "intervention"

    intervention_id: str = Field(primary_key=True)
    """Derived from order and kind, so that deciding twice makes one."""

    order_id: str = Field(foreign_key="order.order_id", index=True)
    """The order."""

    customer_pseudonym: str = Field(index=True)
    """The person, as a pseudonym."""

    kind: str
    """``email_offer``, ``sms_reminder``, ``resale_listing``, ..."""

    risk: float
    """The score it was decided on, 0-1."""

    decided_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""

    offer_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Worth of the offer in minor units of `currency`."""

    currency: str | None = None
    """ISO 4217 code of the offer."""


class Assignment(Table, table=True):
    """Which arm of an experiment a person is in."""

    __tablename__ = "assignment"

    experiment: str = Field(primary_key=True)
    """Which experiment."""

    customer_pseudonym: str = Field(primary_key=True)
    """The person, as a pseudonym."""

    arm: str
    """``treatment`` or ``holdout``."""

    assigned_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""


class Delivery(Table, table=True):
    """One attempt to bring an intervention to a person."""

    __tablename__ = "delivery"

    intervention_id: str = Field(
        primary_key=True, foreign_key="intervention.intervention_id"
    )
    """What is delivered."""

    channel: str = Field(primary_key=True)
    """``email``, ``sms`` or ``webhook``."""

    state: str
    """``pending``, ``sent`` or ``dead``."""

    attempts: int = 0
    """Tries so far."""

    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it went out, UTC."""


class OptOut(Table, table=True):
    """A person who wants no nudges or messages."""

    __tablename__ = "opt_out"

    customer_pseudonym: str = Field(primary_key=True)
    """The person, as a pseudonym."""

    channel: str = Field(primary_key=True)
    """Which channel, or ``all``."""

    opted_out_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""


class Outcome(Table, table=True):
    """A shopper's own answer: kept, returned or regret it."""

    __tablename__ = "outcome"

    install_pseudonym: str = Field(primary_key=True)
    """Keyed HMAC of the browser's install token."""

    card_key: str = Field(primary_key=True)
    """Key of the product's card."""

    answer: str
    """``kept``, ``returned`` or ``regret``."""

    answered_at: datetime = Field(sa_type=UtcDateTime)
    """The day, as its midnight, UTC: no finer time is kept."""

    days_owned: int | None = None
    """How long the shopper had it by then, where told."""


class Lookup(Table, table=True):
    """A product the shop does not know and shoppers asked for: counted until it was on
    enough days, never its name, never who.
    """

    __tablename__ = "lookup"

    query_pseudonym: str = Field(primary_key=True)
    """Keyed HMAC of the name, as it would be searched for."""

    ask_count: int = 1
    """How often it was asked for."""

    day_count: int = 1
    """On how many days."""

    last_asked_on: date = Field(index=True)
    """The last of these days, UTC; a month later the row is deleted."""
