"""Buyers of the made-up market: who buys what when, and who regrets it.

The probability that an order is regretted is known here, so a model's figures can be
held against the best possible.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from sample.trends import Trends

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REGRET = ("changed mind", "no longer wanted", "impulse purchase", "did not like")
OTHER = ("wrong size", "defective", "damaged in transit", "wrong item")
CHANNELS = ("web", "app", "tiktok_shop")
# On the log-odds of regret: a product that is better by a standard deviation; the
# standard deviation of customers' tastes.
QUALITY_EFFECT, TASTE_SPREAD = -0.8, 0.4
# Who regrets says why less often than who got a broken thing.
SILENT_REGRET, SILENT_OTHER = 0.18, 0.06
# Returned for another reason, of what is not regretted.
OTHER_SHARE = 0.06
# Of the log-normal time to a return: median, and spread of its logarithm.
DELAY_DAYS, DELAY_SPREAD = 9, 0.5
# Signals begin before the shop does, so that a trend's history is known at its sales.
WARM_UP_DAYS = 90


@dataclass(frozen=True)
class Goods:
    """What the market knows of each product.

    Attributes
    ----------
    hashtag : array (n_products,)
        Index of its hashtag, -1 where it does not trend.
    quality, price, luxury : array (n_products,)
        Standard normal; dollars; 0 or 1.
    resale : array (n_products, n_days)
        Second-hand price over list price.
    """

    hashtag: Ints
    quality: Floats
    price: Floats
    luxury: Floats
    resale: Floats


@dataclass(frozen=True)
class Orders:
    """One entry an order, in order of time.

    Attributes
    ----------
    probability : array (n_orders,)
        The true probability of a return out of regret.
    taste : array (n_orders,)
        What of its log-odds is the customer's own and stands nowhere.
    return_day : array (n_orders,)
        Days from purchase to return, NaN where kept.
    reason : array (n_orders,)
        Reason of the return, ``""`` where none was given.
    """

    customer: Ints
    product: Ints
    day: Ints
    second: Ints
    price: Floats
    age: Ints
    income_rank: Floats
    channel: Ints
    probability: Floats
    taste: Floats
    return_day: Floats
    reason: npt.NDArray[np.str_]


def make_resale(rng: np.random.Generator, goods_hype: Floats, level: Floats) -> Floats:
    """Return the second-hand price over list price: it falls as the trend does."""
    drift = rng.normal(0, 0.02, level.shape).cumsum(axis=1) * 0.1
    resale = 0.72 - goods_hype[:, None] * (1 - level) + drift
    clipped: Floats = np.clip(resale, 0.08, 1.3)
    return clipped


def make_orders(
    rng: np.random.Generator, goods: Goods, trends: Trends, count: int
) -> Orders:
    """Draw `count` orders; trends drive demand, and its end drives regret."""
    product, day = _demand(rng, goods, trends, count)
    trending = goods.hashtag[product] >= 0
    before = np.maximum(day - 1, 0)
    level = trends.level[goods.hashtag[product], before]
    heat = trends.heat[goods.hashtag[product], before]
    faded = trends.days_since_peak[goods.hashtag[product], before] > 3
    age = _ages(rng, trending & (heat > 0.4))
    customers = max(20, count // 3)
    customer = rng.integers(customers, size=count)
    income = rng.random(customers)[customer]
    channel = np.where(
        trending, rng.choice(3, count, p=(0.35, 0.25, 0.4)), rng.integers(2, size=count)
    )
    discount = rng.choice((0, 0, 0, 0.1, 0.2, 0.3), count)
    likely = (
        -2.7
        + QUALITY_EFFECT * goods.quality[product]
        + 2.2 * (0.6 - goods.resale[product, before])
        - 1.5 * discount
        + 0.45 * (channel == 2)
        + trending * 1.6 * faded * (1 - level)
        + trending * 0.5 * (heat > 0.5)
        + 0.9 * (age < 25) * trending
        + goods.luxury[product] * np.where(income > 0.7, 1.0, -0.3)
    )
    taste = TASTE_SPREAD * rng.normal(size=customers)[customer]
    probability = expit(likely + taste)
    return_day, reason = _returns(rng, probability)
    return Orders(
        customer,
        product,
        day,
        rng.integers(86_400, size=count),
        np.round(goods.price[product] * (1 - discount), 2),
        age,
        income,
        channel.astype(np.int64),
        probability,
        taste,
        return_day,
        reason,
    )


def _demand(
    rng: np.random.Generator, goods: Goods, trends: Trends, count: int
) -> tuple[Ints, Ints]:
    heat = trends.heat[goods.hashtag]
    popularity = rng.lognormal(0, 0.7, (len(goods.price), 1))
    surge = np.where((goods.hashtag >= 0)[:, None], 4 * heat, 0.3)
    weights = popularity * (0.2 + surge)
    weights[:, :WARM_UP_DAYS] = 0
    cells = weights.ravel().cumsum()
    picked = np.searchsorted(cells, rng.random(count) * cells[-1], side="right")
    product, day = np.divmod(picked, heat.shape[1])
    by_time = np.argsort(day, kind="stable")
    return product[by_time], day[by_time]


def _ages(rng: np.random.Generator, hyped: npt.NDArray[np.bool_]) -> Ints:
    young, all_ages = rng.gamma(4, 2.6, len(hyped)), rng.gamma(4, 6, len(hyped))
    ages = 15 + np.where(hyped & (rng.random(len(hyped)) < 0.6), young, all_ages)
    capped: Ints = np.minimum(ages, 88).astype(np.int64)
    return capped


def _returns(
    rng: np.random.Generator, probability: Floats
) -> tuple[Floats, npt.NDArray[np.str_]]:
    count = len(probability)
    regretted = rng.random(count) < probability
    other = ~regretted & (rng.random(count) < OTHER_SHARE)
    delay = np.clip(rng.lognormal(np.log(DELAY_DAYS), DELAY_SPREAD, count), 1.5, 29)
    reason = np.where(
        regretted,
        np.array(REGRET)[rng.integers(len(REGRET), size=count)],
        np.array(OTHER)[rng.integers(len(OTHER), size=count)],
    )
    silent = rng.random(count) < np.where(regretted, SILENT_REGRET, SILENT_OTHER)
    return np.where(regretted | other, delay, np.nan), np.where(silent, "", reason)
