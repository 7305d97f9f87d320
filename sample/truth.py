"""What is true of the made-up market's orders, and how much of it can be known."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import lognorm, norm

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
from sample.export import reviews_of
from sample.voices import (
    REVIEWED_AFTER_DAYS,
    STARS,
    STARS_BY_QUALITY,
    STARS_SPREAD,
)
from sample.world import Market

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Standard deviations of what is to be learned.
GRID = np.linspace(-4, 4, 65)


def truth(market: Market) -> dict[str, float]:
    """Return each order's true probability of a return out of regret."""
    return _by_order(market.orders.probability)


def knowable(market: Market) -> dict[str, float]:
    """Return the same for one who knows all but the customers' own tastes."""
    return _by_order(expit(_without_taste(market)))


def learnable(market: Market, since_day: int) -> dict[str, float]:
    """Return the same, from a day of the history on, for one who knows the market's
    formula, trends and prices as they truly are, and has to learn two things from what
    came back and was reviewed before the day of the order: the product's quality, the
    customer's taste.

    A model has to learn the formula too, and sees trends and prices through counts and
    offers: it can't be expected to come nearer to the truth than this.

    References
    ----------
    Each effect's posterior on a grid; its spread is integrated over as in MacKay,
    Neural Computation 4, 1992.
    """
    orders = market.orders
    known = _without_taste(market)
    unjudged = known - QUALITY_EFFECT * market.goods.quality[orders.product]
    asked = np.flatnonzero(orders.day >= since_day)
    past = _Past(market, expit(known))
    number, stars, _ = reviews_of(market)
    said = np.zeros((len(orders.day), len(GRID)))
    said[number] = _says_of_quality()[stars - 1]
    merit, merit_spread = past.effects(
        asked, orders.product, unjudged, QUALITY_EFFECT, said
    )
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
        self,
        asked: Ints,
        group: Ints,
        offset: Floats,
        size: float,
        said: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """Return what is learned by the day of each order asked about of its group's
        effect on the log-odds: mean and variance (n_asked,).

        Parameters
        ----------
        size : float
            What the effect is of a standard deviation of its cause, which is normal.
        said : array (n_orders, n_grid), optional
            Log-likelihood of the cause by each order's review.
        """
        by_group = np.argsort(group, kind="stable")
        ends = np.searchsorted(group[by_group], np.arange(group.max() + 2))
        keys = [*zip(group[asked].tolist(), self._day[asked].tolist(), strict=True)]
        found = {}
        for one, day in set(keys):
            members = by_group[ends[one] : ends[one + 1]]
            earlier = members[self._day[members] < day]
            belief = self._belief(earlier, day, offset[earlier], size)
            if said is not None:
                reviewed = earlier[self._day[earlier] + REVIEWED_AFTER_DAYS < day]
                belief += said[reviewed].sum(axis=0)
            weight = np.exp(belief - belief.max())
            mean = np.average(GRID, weights=weight)
            spread = np.average((GRID - mean) ** 2, weights=weight)
            found[one, day] = (size * mean, size**2 * spread)
        effects = np.array([found[key] for key in keys])
        return effects[:, 0], effects[:, 1]

    def _belief(self, earlier: Ints, day: int, offset: Floats, size: float) -> Floats:
        """Return the log-posterior of the cause on the grid, by what came back."""
        back = self._back_at[earlier] < day
        regretted = np.where(back, self._regretted[earlier], 0.0)
        # What is not back may still come.
        by_now = np.where(back, 1.0, self._delay.cdf(day - self._at[earlier]))
        chance = expit(offset[:, None] + size * GRID) * by_now[:, None]
        kept, sent = 1 - regretted, regretted
        belief: Floats = sent @ np.log(chance) + kept @ np.log1p(-chance) - GRID**2 / 2
        return belief


def _says_of_quality() -> Floats:
    """Return the log-likelihood (5, n_grid) of a quality by a review's stars."""
    edges = np.array([-np.inf, 1.5, 2.5, 3.5, 4.5, np.inf])[:, None]
    below = norm.cdf((edges - STARS - STARS_BY_QUALITY * GRID) / STARS_SPREAD)
    likelihood: Floats = np.log(np.diff(below, axis=0) + 1e-12)
    return likelihood


def _without_taste(market: Market) -> Floats:
    known: Floats = logit(market.orders.probability) - market.orders.taste
    return known


def _by_order(chances: Floats) -> dict[str, float]:
    return {_order_id(n): float(p) for n, p in enumerate(chances)}


def _order_id(number: int) -> str:
    return f"O{number:07d}"
