"""How things stand: sums and figures that pages, reports and alerts read, instead of
every order. All but alerts can be thrown away and made again.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class SalesDay(Table, table=True):
    """What was bought on one day, and what has come back of it by now."""

    __tablename__ = "sales_day"

    scope: str = Field(primary_key=True)
    """Of what: ``shop``, ``category``, ``hashtag`` (products linked to it with a
    confidence of 0.5 or more) or ``product``."""

    key: str = Field(primary_key=True)
    """The category, the hashtag or the product's id; empty for the shop and for
    products without a category."""

    day: date = Field(primary_key=True)
    """Day of the purchase, UTC."""

    order_count: int
    """Orders."""

    unit_count: int
    """Pieces in them."""

    sales_cents: int = Field(sa_type=BigInteger)
    """What was paid, US cents at the rate of that day; orders in a currency without a
    rate are not in it."""

    returned_count: int
    """Orders that came back."""

    returned_cents: int = Field(sa_type=BigInteger)
    """What had been paid for them, US cents."""

    coded_count: int
    """Orders that came back with a reason."""

    regretted_count: int
    """Those of them whose reason speaks of regret (`TRENDGUARD_REGRET_REASONS`)."""


class RiskWeek(Table, table=True):
    """What was at risk in one week, as the model then served said at its end; the
    running week's row is of the newest day.
    """

    __tablename__ = "risk_week"

    scope: str = Field(primary_key=True)
    """As in `sales_day`."""

    key: str = Field(primary_key=True)
    """As in `sales_day`."""

    week: date = Field(primary_key=True, index=True)
    """The week's Monday."""

    day: date
    """The day at whose end this was known."""

    order_count: int
    """Orders of the 7 days up to then, of products that have a risk."""

    expected_count: float
    """Those of them that are expected to be regretted: the sum of their risks."""

    risk: float | None = None
    """Calibrated probability: of a product that of its card; of others the mean over
    `order_count` orders. None without evidence."""

    risk_low: float | None = None
    """Lower end of its interval; of others the mean of the products' lower ends, for
    they may all be wrong to the same side."""

    risk_high: float | None = None
    """Upper end of it."""

    evidence: str
    """``enough``, ``thin`` or ``none``; of others ``enough`` if half of the orders have
    it."""

    open_count: int
    """Orders whose return window was open and that had not come back."""

    open_cents: int = Field(sa_type=BigInteger)
    """What was paid for them, US cents."""

    at_stake_cents: int = Field(sa_type=BigInteger)
    """`open_cents` times the risk of each product."""


class Finding(Table, table=True):
    """A figure that takes too long for a page: computed by a job, shown as of then."""

    __tablename__ = "finding"

    name: str = Field(primary_key=True)
    """``span``, ``lifespan``, ``drivers``, ``experiment`` or ``consents``."""

    computed_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""

    body: dict[str, Any] = Field(sa_type=JSON)
    """What was found."""


class Alert(Table, table=True):
    """Something that a person should act on; raised once for one event."""

    __tablename__ = "alert"

    alert_key: str = Field(primary_key=True)
    """Rule, subject and which event of it, such as
    ``cancel_reorder:ribbedleggings:2``."""

    rule: str
    """Which rule of ``alerts.toml``."""

    scope: str
    """Of what it speaks: ``hashtag``, ``product``, ``category`` or ``source``."""

    key: str
    """Its name there."""

    raised_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When, UTC."""

    facts: dict[str, Any] = Field(sa_type=JSON)
    """The figures it was raised on."""

    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a person took note, UTC."""

    acknowledged_by: str | None = None
    """Name of that person."""


class AlertDelivery(Table, table=True):
    """An alert on its way by one channel."""

    __tablename__ = "alert_delivery"

    alert_key: str = Field(primary_key=True, foreign_key="alert.alert_key")
    """What is delivered."""

    channel: str = Field(primary_key=True)
    """``email`` or ``webhook``."""

    state: str
    """As of `delivery.state`."""

    attempts: int = 0
    """Tries so far."""

    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When it may be tried next, UTC."""

    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its last try began, UTC."""

    error: str | None = None
    """What went wrong at the last try; never an address."""

    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it went out, UTC."""
