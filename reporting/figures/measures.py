"""The measures: name, words, unit and formula of each. No other place says what one of
them is.
"""

from dataclasses import dataclass
from typing import Literal

from reporting.figures.formulas import Formula, Number, Ratio, Sum, Times

Unit = Literal["count", "usd", "share"]
CENTS = Number(100)


@dataclass(frozen=True)
class Measure:
    """A figure of a part of the shop.

    Parameters
    ----------
    name : str
        What APIs and files call it.
    title : str
        What people call it.
    words : str
        What it says, for who wonders.
    unit : str
        ``count``, ``usd`` or ``share`` (0-1).
    formula : Formula
        What it is computed by.
    counted : bool
        Whether it is a share of counted orders, and has the interval of such a share.
    """

    name: str
    title: str
    words: str
    unit: Unit
    formula: Formula
    counted: bool = False


def _sold(column: str) -> Sum:
    return Sum("sales_day", column)


def _closed(column: str) -> Sum:
    return Sum("sales_day", column, "is_closed")


def _newest(column: str) -> Sum:
    return Sum("risk_week", column, "is_newest")


RETURNED = Ratio(_closed("returned_count"), _closed("order_count"))
REGRETTED = Ratio(_closed("regretted_count"), _closed("coded_count"))

ORDERS = Measure(
    "orders", "Orders", "Orders placed in these days.", "count", _sold("order_count")
)
SALES = Measure(
    "sales",
    "Sales",
    "What was paid for them, in US dollars at the rate of the day.",
    "usd",
    Ratio(_sold("sales_cents"), CENTS),
)
RETURNS = Measure(
    "returns",
    "Returns",
    "Those of the orders that have come back by now.",
    "count",
    _sold("returned_count"),
)
RETURNED_SALES = Measure(
    "returned_sales",
    "Sent back",
    "What had been paid for orders that came back.",
    "usd",
    Ratio(_sold("returned_cents"), CENTS),
)
RETURN_RATE = Measure(
    "return_rate",
    "Return rate",
    "Share of orders that came back, of those whose return window is over.",
    "share",
    RETURNED,
    counted=True,
)
REGRET_RATE = Measure(
    "regret_rate",
    "Regret rate",
    "Share of orders that were regretted, of those whose return window is over. "
    "Returns without a reason are taken to be regretted as often as those with one.",
    "share",
    Times(RETURNED, REGRETTED),
    counted=True,
)
RISK = Measure(
    "risk",
    "Regret risk",
    "What the model expects of the last 7 days' orders: the mean of their products' "
    "risks.",
    "share",
    Ratio(_newest("expected_count"), _newest("order_count")),
)
OPEN_SALES = Measure(
    "open_sales",
    "Can still come back",
    "What was paid for orders whose return window is open.",
    "usd",
    Ratio(_newest("open_cents"), CENTS),
)
AT_STAKE = Measure(
    "at_stake",
    "Money at stake",
    "What was paid for orders that can still come back, times the risk of each.",
    "usd",
    Ratio(_newest("at_stake_cents"), CENTS),
)

MEASURES = (
    ORDERS,
    SALES,
    RETURNS,
    RETURNED_SALES,
    RETURN_RATE,
    REGRET_RATE,
    RISK,
    OPEN_SALES,
    AT_STAKE,
)
SALES_MEASURES = tuple(
    m for m in MEASURES if all(s.table == "sales_day" for s in m.formula.sums())
)
RISK_MEASURES = tuple(m for m in MEASURES if m not in SALES_MEASURES)
