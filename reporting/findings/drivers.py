"""The drivers of regret: how much more is regretted at one end of what was known before
an order than at the other.

They are associations, not causes: a shop that wants to know what helps has experiments.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import numpy as np
import statsmodels.api as sm
from scipy.stats import t as student_t

from store.duck import sql_beside

SHOWN = 5
LEAST_ORDERS = 200
LEAST_PRODUCTS = 20
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Driver:
    """Something known before an order, and its two ends."""

    column: str
    """Column of the linked orders."""

    name: str
    """What people call it."""

    at_high: str
    """Its upper fifth, in words."""

    at_low: str
    """Its lower fifth."""


NUMERIC = (
    Driver("days_since_peak", "Days since the peak", "long after", "at the peak"),
    Driver("velocity_rate", "Change of views in a week", "rising", "falling"),
    Driver("level", "Views against their peak", "near the peak", "far below"),
    Driver("peak_views", "Size of the trend", "biggest", "smallest"),
    Driver("bot_share", "Bought views", "most", "least"),
    Driver("resale_drop", "Fall of the resale price", "most", "least"),
    Driver("sentiment_score", "Mood of reviews", "best", "worst"),
    Driver("rating_mean", "Stars of reviews", "most", "fewest"),
    Driver("regret_talk", "Regret in reviews", "most", "least"),
    Driver("price_usd", "Price", "dearest", "cheapest"),
    Driver("discount", "Price below list price", "most", "least"),
    Driver("income_decile", "Income of the neighbourhood", "highest", "lowest"),
    Driver("age_from", "Age", "oldest", "youngest"),
    Driver("customer_return_rate", "Earlier returns of the customer", "most", "least"),
    Driver("basket_count", "Things in the basket", "most", "least"),
)
CATEGORICAL = ("category", "channel", "stage")


@dataclass(frozen=True)
class Effect:
    """The difference in regret between the two ends of a driver."""

    driver: str
    """What people call it."""

    high: str
    """One end, in words."""

    low: str
    """The other."""

    high_rate: float
    """Share regretted there, 0-1."""

    low_rate: float
    """Share regretted at the other end."""

    difference: float
    """`high_rate` less `low_rate`."""

    difference_low: float
    """Lower end of its interval: 95 % for all drivers at once (Bonferroni), with a
    product's orders taken as alike."""

    difference_high: float
    """Upper end of it."""

    order_count: int
    """Orders at both ends."""

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.difference_low > 0 or self.difference_high < 0


def find_drivers(duck: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the strongest effects that are surely not 0, and how many were looked at.

    Parameters
    ----------
    duck : duckdb.DuckDBPyConnection
        Has ``labelled``: the linked orders, with ``y`` (regretted, 0-1).

    Notes
    -----
    Weighted least squares on a product's orders at each end, with errors clustered by
    product (Liang and Zeger, Biometrika 73(1), 1986): the same as on single orders.
    """
    parts = [*_ends(duck)]
    effects = [e for words, rows in parts if (e := _effect(words, rows, len(parts)))]
    strongest = sorted(effects, key=lambda e: -abs(e.difference))
    # Of the values of one column the strongest stands for it.
    named: dict[str, Effect] = {}
    for effect in strongest:
        if effect.is_sure:
            named.setdefault(effect.driver, effect)
    sure = [asdict(effect) for effect in named.values()]
    return {"looked_at": len(parts), "drivers": sure[:SHOWN], "more": sure[SHOWN:]}


Words = tuple[str, str, str]
Rows = list[tuple[str, bool, int, float]]


def _ends(duck: duckdb.DuckDBPyConnection) -> Iterator[tuple[Words, Rows]]:
    """Yield what is compared: its words; product, end, orders and regretted ones."""
    fifths = sql_beside(__file__, "fifths")
    for driver in NUMERIC:
        query = fifths.replace("{column}", driver.column)
        yield (driver.name, driver.at_high, driver.at_low), duck.sql(query).fetchall()
    for column in CATEGORICAL:
        values = duck.sql(
            f"SELECT {column} FROM labelled WHERE {column} IS NOT NULL "
            f"GROUP BY 1 HAVING count(*) >= {LEAST_ORDERS} ORDER BY 1"
        ).fetchall()
        for (value,) in values if len(values) > 1 else []:
            rows = duck.execute(
                f"SELECT product_id, {column} = ? AS at_high, count(*), sum(y) "
                f"FROM labelled WHERE {column} IS NOT NULL GROUP BY 1, 2",
                [value],
            ).fetchall()
            yield (column.capitalize(), value, "all others"), rows


def _effect(words: Words, rows: Rows, looked_at: int) -> Effect | None:
    products, at_high, counts, sums = _columns(rows)
    ends = [counts[at_high == end].sum() for end in (0, 1)]
    if min(ends) < LEAST_ORDERS or len(set(products)) < LEAST_PRODUCTS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of weights that are counts
        fitted = sm.WLS(sums / counts, sm.add_constant(at_high), counts).fit(
            cov_type="cluster", cov_kwds={"groups": products}
        )
    low_rate, difference = (float(value) for value in fitted.params)
    tail = (1 - CONFIDENCE) / 2 / looked_at
    # As sure as there are products, not orders.
    quantile = student_t.ppf(1 - tail, len(set(products)) - 1)
    reach = float(quantile * fitted.bse[1])
    return Effect(
        *words,
        high_rate=low_rate + difference,
        low_rate=low_rate,
        difference=difference,
        difference_low=difference - reach,
        difference_high=difference + reach,
        order_count=int(sum(ends)),
    )


def _columns(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, Any, Any, Any]:
    ordered = sorted(rows)
    if not ordered:
        return (np.empty(0),) * 4
    names, at_high, counts, sums = zip(*ordered, strict=True)
    products = np.unique(names, return_inverse=True)[1]
    return (
        products,
        np.array(at_high, dtype=float),
        np.array(counts, dtype=float),
        np.array(sums, dtype=float),
    )
