"""What was decided and done about a risk: nudges, offers, experiments, answers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
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


class Night(Table, table=True):
    """One nightly batch: the orders that were due on a day of the shop's calendar."""

    __tablename__ = "night"

    day: date = Field(primary_key=True)
    """The day, in the shop's time zone."""

    started_at: datetime = Field(sa_type=UtcDateTime)
    """When it was first begun, UTC."""

    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When all was decided, UTC; none: it has to be taken up again."""

    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Counts of what was scored, decided, and left alone, and why."""


class Prediction(Table, table=True):
    """What the checkout model said of an order on its night."""

    __tablename__ = "prediction"

    order_id: str = Field(primary_key=True, foreign_key="order.order_id")
    """The order."""

    night: date = Field(index=True)
    """The nightly batch that asked."""

    risk: float | None = None
    """Calibrated probability, none without evidence."""

    risk_low: float | None = None
    """Lower end of its interval."""

    risk_high: float | None = None
    """Upper end of it."""

    evidence: str
    """``enough``, ``thin`` or ``none``."""

    target: str
    """What the risk is of: ``regret`` or ``returned``."""

    model_version: str
    """The model."""

    trained_on: str
    """``retailer`` or ``sample``."""

    predicted_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""


class Intervention(Table, table=True):
    """An offer or reminder decided for one order; in the holdout it is not made."""

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

    night: date | None = Field(default=None, index=True)
    """The nightly batch that decided."""

    experiment: str | None = None
    """The experiment that it is part of."""

    arm: str | None = None
    """``treatment``, or ``holdout``: then nothing is delivered."""

    value_minor: int | None = Field(default=None, sa_type=BigInteger)
    """What it was expected to save, less its costs, in minor units of `currency`."""

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
    """An intervention on its way to a person by one channel."""

    __tablename__ = "delivery"

    intervention_id: str = Field(
        primary_key=True, foreign_key="intervention.intervention_id"
    )
    """What is delivered."""

    channel: str = Field(primary_key=True)
    """``email``, ``sms`` or ``webhook``."""

    state: str
    """``pending``, ``sending``, ``sent``, ``dropped`` (opted out meanwhile), ``dead``
    (given up), or ``uncertain``: it may have gone out when a process ended, and is not
    sent again by itself.
    """

    attempts: int = 0
    """Tries so far."""

    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When it may be tried next, UTC: after quiet hours, or a failed try."""

    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its last try began, UTC."""

    error: str | None = None
    """What went wrong at the last try; never an address or a text."""

    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it went out, UTC."""


class ListingDraft(Table, table=True):
    """A draft of a second-hand listing for a thing that came back."""

    __tablename__ = "listing_draft"

    order_id: str = Field(primary_key=True, foreign_key="order.order_id")
    """The order that came back."""

    site: str = Field(primary_key=True)
    """``ebay`` or ``poshmark``."""

    draft: dict[str, Any] = Field(sa_type=JSON)
    """The listing in that site's own form."""

    made_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""


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
