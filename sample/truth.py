"""What is true of the made-up market's orders, and how much of it can be known."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import lognorm

from sample.buyers import (
    DELAY_DAYS,
    DELAY_SPREAD,
    OTHER_SHARE,
    QUALITY_EFFECT,
    REGRET,
    SILENT_OTHER,
    SILENT_REGRET,
    TASTE_SPREAD,
)
from sample.world import Market

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEWTON_STEPS = 12


def truth(market: Market) -> dict[str, float]:
    """Return each order's true probability of a return out of regret."""
    return _by_order(market.orders.probability)


def knowable(market: Market) -> dict[str, float]:
    """Return the same for one who knows all but the customers' own tastes."""
    return _by_order(expit(_without_taste(market)))


def learnable(market: Market, since_day: int) -> dict[str, float]:
    """Return the same, from a day of the history on, for one who knows the market's
    formula, trends and prices as they truly are, and has to learn two things from what
    came back before the day of the order: the product's quality, the customer's taste.

    A model has to learn the formula too, and sees trends and prices through counts and
    offers: it can't be expected to come nearer to the truth than this.

    References
    ----------
    One normal effect of a logistic regression by Laplace's approximation; its spread is
    integrated over as in MacKay, Neural Computation 4, 1992.
    """
    orders = market.orders
    quality = market.goods.quality[orders.product]
    known = _without_taste(market)
    unjudged = known - QUALITY_EFFECT * quality
    asked = np.flatnonzero(orders.day >= since_day)
    past = _Past(market, expit(known))
    merit, merit_spread = past.effects(asked, orders.product, unjudged, QUALITY_EFFECT)
    taste, taste_spread = past.effects(asked, orders.customer, known, TASTE_SPREAD)
    likely = unjudged[asked] + merit + taste
    spread = merit_spread + taste_spread
    risk = expit(likely / np.sqrt(1 + np.pi * spread / 8))
    return {_order_id(int(n)): float(p) for n, p in zip(asked, risk, strict=True)}


class _Past:
    """What had come back, and why, as it was known on any day."""

    def __init__(self, market: Market, chance: Floats) -> None:
        orders = market.orders
        self._day = orders.day
        self._at = orders.day + orders.second / 86_400
        self._back_at = self._at + orders.return_day
        silent = SILENT_REGRET * chance
        others = SILENT_OTHER * OTHER_SHARE * (1 - chance)
        self._regretted = np.where(
            orders.reason == "",
            silent / (silent + others),
            np.isin(orders.reason, REGRET),
        )
        self._delay = lognorm(DELAY_SPREAD, scale=DELAY_DAYS)

    def effects(
        self, asked: Ints, group: Ints, offset: Floats, size: float
    ) -> tuple[Floats, Floats]:
        """Return what is learned by the day of each order asked about of its group's
        effect on the log-odds, normal a priori: mean and variance (n_asked,).
        """
        by_group = np.argsort(group, kind="stable")
        ends = np.searchsorted(group[by_group], np.arange(group.max() + 2))
        keys = [*zip(group[asked].tolist(), self._day[asked].tolist(), strict=True)]
        found = {}
        for one, day in set(keys):
            members = by_group[ends[one] : ends[one + 1]]
            earlier = members[self._day[members] < day]
            found[one, day] = self._effect(earlier, day, offset[earlier], size)
        effects = np.array([found[key] for key in keys])
        return effects[:, 0], effects[:, 1]

    def _effect(
        self, earlier: Ints, day: int, offset: Floats, size: float
    ) -> tuple[float, float]:
        back = self._back_at[earlier] < day
        # What is not back may still come: it counts as far as it would have by now.
        weight = np.where(back, 1.0, self._delay.cdf(day - self._at[earlier]))
        regretted = np.where(back, self._regretted[earlier], 0.0)
        effect, precision = 0.0, size**-2
        for _ in range(NEWTON_STEPS):
            chance = expit(offset + effect)
            precision = size**-2 + float(weight @ (chance * (1 - chance)))
            slope = float(weight @ (regretted - chance)) - effect / size**2
            effect += slope / precision
        return effect, 1 / precision


def _without_taste(market: Market) -> Floats:
    known: Floats = logit(market.orders.probability) - market.orders.taste
    return known


def _by_order(chances: Floats) -> dict[str, float]:
    return {_order_id(n): float(p) for n, p in enumerate(chances)}


def _order_id(number: int) -> str:
    return f"O{number:07d}"
