"""What is computed from observations: daily tables, cards, models. All of it can be
thrown away and made again.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class HashtagDay(Table, table=True):
    """A hashtag as it was known at the end of one day."""

    __tablename__ = "hashtag_day"

    hashtag: str = Field(primary_key=True)
    """Name without ``#``, lower case."""

    day: date = Field(primary_key=True, index=True)
    """The day (UTC) at whose end this was known."""

    observed_at: datetime = Field(sa_type=UtcDateTime)
    """When the newest total used here was seen, UTC."""

    view_count: int = Field(sa_type=BigInteger)
    """Newest known total of views; never falls."""

    daily_views: float
    """Views a day between the two newest totals."""

    bot_share: float
    """Share of views in videos that look bought, 0-1; smoothed for small numbers."""

    real_daily_views: float
    """`daily_views` without the bots' share."""

    smooth_views: float
    """Mean of `real_daily_views` over the last 7 days: evens out the week."""

    velocity_rate: float
    """`smooth_views` against a week before, as a relative change (-1 to 10)."""

    peak_views: float
    """Highest `smooth_views` so far."""

    peak_on: date
    """Day of that highest value: the peak as far as anyone knew on `day`."""

    days_since_peak: int
    """Days from `peak_on` to `day`."""

    level: float
    """`smooth_views` as a share of `peak_views`, 0-1."""

    trended_days: int
    """Days from the wave's start to the last day at a tenth of its peak or more."""

    stage: str
    """Rising: within 7 % of the peak and over 7 % up on the week before. Peak: at least
    70 % of the peak. Decline: 10 % to 70 %. Death: under 10 %."""


class ProductDay(Table, table=True):
    """A product as it was known at the end of one day: what the model reads."""

    __tablename__ = "product_day"

    product_id: str = Field(primary_key=True)
    """The product."""

    day: date = Field(primary_key=True, index=True)
    """The day (UTC) at whose end this was known."""

    hashtag: str | None = None
    """Its hashtag with the most views (weighted by link confidence) that day."""

    stage: str | None = None
    """Stage of that hashtag."""

    level: float | None = None
    """Its daily views as a share of their peak so far, 0-1."""

    velocity_rate: float | None = None
    """Its change over the last week, relative."""

    days_since_peak: int | None = None
    """Days since its peak so far."""

    trended_days: int | None = None
    """Days it has trended so far."""

    peak_views: float | None = None
    """Its highest daily views so far."""

    bot_share: float | None = None
    """Share of its views that look bought, 0-1."""

    trend_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its newest total was seen, UTC."""

    list_price_usd: float | None = None
    """List price in US dollars at that day's rate."""

    resale_drop: float | None = None
    """1 minus resale price over list price; negative where it resells above."""

    resale_median_ask_usd: float | None = None
    """Median resale price of the last 30 days with shipping, US dollars."""

    resale_n: int = 0
    """Listings behind it."""

    resale_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest of them was seen, UTC."""

    sentiment_score: float | None = None
    """Mean polarity of the reviews so far, shrunk towards 0 for few, -1 to 1."""

    sentiment_n: int = 0
    """Reviews with text so far."""

    sentiment_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest was written, UTC."""

    order_count: int = 0
    """Orders so far."""

    recent_order_count: int = 0
    """Orders of the last 7 days."""

    return_rate: float | None = None
    """Returns known so far over orders whose return window had passed, smoothed
    towards the shop's own rate so far, 0-1."""

    return_n: int = 0
    """Orders behind `return_rate`."""

    return_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest known return came back, UTC."""


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


class ModelVersion(Table, table=True):
    """A trained model: where its file is and how good it was."""

    __tablename__ = "model_version"

    version: str = Field(primary_key=True)
    """Time of training and purpose, such as ``20261122T101500-shopper``."""

    purpose: str = Field(index=True)
    """``shopper`` (what a browser may know) or ``checkout`` (also the customer)."""

    role: str = "champion"
    """``champion`` is served; ``retired`` is kept to roll back to."""

    trained_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""

    trained_on: str
    """``retailer`` or ``sample``."""

    target: str
    """``regret``, or ``returned`` where no return has a reason."""

    window_from: date
    """First purchase day it learned from."""

    window_to: date
    """Last purchase day it learned from."""

    features: list[str] = Field(sa_type=JSON)
    """Columns, in the order the model reads them."""

    figures: dict[str, Any] = Field(sa_type=JSON)
    """Quality out of time: auc, pr_auc, brier, log_loss, ece, n."""

    file: str
    """File name in the data folder's ``models``."""

    sha256: str
    """Of that file; another one is not loaded."""
