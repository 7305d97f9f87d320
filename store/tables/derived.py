"""What is computed from observations: daily tables, cards, models. All of it can be
thrown away and made again.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class HashtagDay(Table, table=True):
    """A hashtag as it was known at the end of one day; there is no row where its newest
    total is over 30 days old, for then nothing is known of it.
    """

    __tablename__ = "hashtag_day"

    hashtag: str = Field(primary_key=True)
    """Name without ``#``, lower case."""

    day: date = Field(primary_key=True, index=True)
    """The day (UTC) at whose end this was known."""

    observed_at: datetime = Field(sa_type=UtcDateTime)
    """When the newest total used here was seen, UTC: up to 30 days ago."""

    view_count: int = Field(sa_type=BigInteger)
    """Newest known total of views; a lower one counts once it has stood for 3 days. One
    that was over a tenth too high for no more than 2 days is left out of all rows from
    the day on which more totals since have contradicted it."""

    daily_views: float
    """Views a day up to the newest total, since the newest lower one that is at least
    20 hours older. While a rounded total stands still: no more than one unit of its
    rounding over the time it has stood. Never negative."""

    bot_share: float
    """Share of views in videos that look bought, 0-1, over the newest counters of each
    video of the last 30 days; smoothed by 20,000 views of which 2 % are bought."""

    real_daily_views: float
    """`daily_views` without the bots' share."""

    smooth_views: float
    """Mean real views a day of the last 7 days, from the totals at both ends: evens
    out the week, gaps and rounding."""

    velocity_rate: float
    """`smooth_views` against a week before, as a relative change (-1 to 10)."""

    peak_views: float
    """Highest `smooth_views` so far."""

    wave: int = 0
    """Number of the wave, from 1; 0 before any was seen to rise. A wave begins when
    `smooth_views` is twice its lowest since the peak of the last one was called, by
    more than the noise of counting (4 standard deviations of a week's count), and over
    its mean since then (for the first wave: since the first day)."""

    wave_peak_views: float = 0.0
    """Highest `smooth_views` of this wave so far."""

    peak_on: date
    """Day of this wave's peak as far as anyone knew on `day`: that with the most views
    among the 7 days of the highest `smooth_views`."""

    days_since_peak: int
    """Days from `peak_on` to `day`."""

    level: float
    """`smooth_views` as a share of `peak_views`, 0-1."""

    trended_days: int
    """Days from the wave's beginning to the last day at a tenth of its peak or more."""

    stage: str
    """Rising: within 7 % of the wave's peak so far and over 7 % up on the week before.
    Peak: not called over; so are quiet days before any wave, `wave` 0. Decline: called
    over, for the mean of 3 days was under 60 % of a peak that is 4 times the lowest
    day since the last call (for the first wave: the mean since the first day) and over
    it by more than the noise of counting, or `smooth_views` was under half of the peak
    for 28 days; until it is as high again, or a new wave begins. Death: under 10 % of
    the wave's peak, after its call; or before any wave, 8 weeks with less than a view a
    day: what made the total was over before it was first seen."""


class CategoryDay(Table, table=True):
    """A category as it was known at the end of one day: what its products lean on where
    they have too little of their own.
    """

    __tablename__ = "category_day"

    category: str = Field(primary_key=True)
    """The retailer's category; empty for products without one."""

    day: date = Field(primary_key=True, index=True)
    """The day (UTC) at whose end this was known."""

    return_n: int
    """Orders so far whose return window had passed."""

    returned_n: int
    """Those of them that had come back."""

    shop_return_rate: float | None = None
    """The same as a share of all categories, 0-1."""

    regret_talk: float | None = None
    """Mean regret in the English reviews so far, with 10 reviews at the shop's mean
    beside, 0-1."""

    ask_over_sold_log: float
    """Logarithm of asking over selling prices of the same product, shrunk towards 0 by
    20 pairs; asking prices are brought to the level of sales by it."""

    new_over_used_log: float
    """The same of new over used things."""

    resale_spread_log: float
    """Standard deviation of the logarithm of one offer's price among a product's."""

    resale_log: float | None = None
    """Mean logarithm of resale over list price, of used things at the level of sales,
    with 10 offers at the shop's mean beside."""

    resale_lean_n: float
    """As how many offers `resale_log` stands beside a product's own: the variance of
    one offer over that between products, 3 at most."""


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
    """1 minus resale price over list price, of used things, at the level of sales;
    leans on the category's with 3 offers; negative where it resells above."""

    resale_drop_low: float | None = None
    """Lower end of the interval that holds `resale_drop` nine times in ten."""

    resale_drop_high: float | None = None
    """Its upper end."""

    resale_median_sold_usd: float | None = None
    """Median selling price of the last 30 days with shipping, US dollars."""

    resale_median_ask_usd: float | None = None
    """Median asking price of the last 30 days with shipping, US dollars."""

    resale_sold_n: int = 0
    """Sales of the last 30 days."""

    resale_n: int = 0
    """Sales and offers of the last 30 days, each listing once."""

    resale_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest of them was seen, UTC."""

    sentiment_score: float | None = None
    """Mean polarity of the reviews so far, shrunk towards 0 for few, -1 to 1."""

    sentiment_n: int = 0
    """English reviews so far."""

    regret_talk: float | None = None
    """Mean probability that the writer of an English review so far would not recommend
    it, with 3 reviews at the category's mean beside, 0-1."""

    rating_mean: float | None = None
    """Mean of the stars so far, whatever the language, 0-5."""

    rating_n: int = 0
    """Reviews with stars so far."""

    rating_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest of them was written, UTC."""

    other_language_n: int = 0
    """Reviews so far in other languages, which are not scored."""

    sentiment_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest was written, UTC."""

    order_count: int = 0
    """Orders so far."""

    recent_order_count: int = 0
    """Orders of the last 7 days."""

    return_rate: float | None = None
    """Returns known so far over orders whose return window had passed, smoothed
    by 20 orders at the category's rate, and that by 50 at the shop's, 0-1."""

    return_n: int = 0
    """Orders behind `return_rate`."""

    return_as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the newest known return came back, UTC."""

    recent_return_n: int = 0
    """Returns that came back in the last 30 days, whenever they were bought."""


class Retention(Table, table=True):
    """The share of buyers who kept something so many days: Kaplan-Meier over at least
    20 orders, of which 5 are that old.
    """

    __tablename__ = "retention"

    scope: str = Field(primary_key=True)
    """Of what: ``product``, ``hashtag`` (its products' orders, linked with a confidence
    of 0.5 or more) or ``category``."""

    key: str = Field(primary_key=True)
    """The product's id, the hashtag, or the category."""

    days: int = Field(primary_key=True)
    """Days after the purchase: 30, 90 or 180."""

    share: float
    """Share that had not come back by then, 0-1."""

    low: float
    """Lower end of its 95 % interval (beta product)."""

    high: float
    """Upper end of its 95 % interval."""

    n: int
    """Orders behind it, young ones too: they count for as long as they were watched."""

    watched_n: int
    """Those of them that were watched for longer and had not come back by then."""

    as_of: date
    """Last day that was used."""


class ModelVersion(Table, table=True):
    """A trained model: where its file is and how good it was."""

    __tablename__ = "model_version"

    version: str = Field(primary_key=True)
    """Time of training and purpose, such as ``20261122T101500-shopper``."""

    purpose: str = Field(index=True)
    """``shopper`` (what a browser may know) or ``checkout`` (also the customer)."""

    role: str = "champion"
    """``champion`` is served, one a purpose; ``challenger`` waits to be better;
    ``retired`` is kept to roll back to."""

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
    """Quality out of time: auc, pr_auc, brier, log_loss, ece, base_rate, mean_risk, n;
    judged_from and judged_to; groups, calibration, histogram and net_benefit."""

    file: str
    """File name in the data folder's ``models``."""

    sha256: str
    """Of that file; another one is not loaded."""
