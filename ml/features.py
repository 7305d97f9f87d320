"""What the models read: one list of columns, one way to make the matrix."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Purpose = Literal["shopper", "checkout"]

# Column -> the part of a shopper's explanation it belongs to.
SHOPPER: dict[str, str] = {
    "level": "trend",
    "velocity_rate": "trend",
    "days_since_peak": "trend",
    "trended_days": "trend",
    "peak_views": "trend",
    "bot_share": "trend",
    "resale_drop": "resale",
    "resale_n": "resale",
    "sentiment_score": "sentiment",
    "sentiment_n": "sentiment",
    "regret_talk": "sentiment",
    "order_count": "returns",
    "recent_order_count": "returns",
    "return_rate": "returns",
    "return_n": "returns",
    "recent_return_n": "returns",
    "price_usd": "price",
    "price_to_list": "price",
    "category": "price",
    "brand": "price",
    "age_from": "buyer",
}
CHECKOUT: dict[str, str] = SHOPPER | {
    "income_decile": "buyer",
    "quantity": "buyer",
    "channel": "buyer",
    "purchased_hour": "buyer",
    "weekday": "buyer",
    "basket_count": "buyer",
    "basket_value_usd": "buyer",
    "line_value_usd": "buyer",
    "line_to_basket": "buyer",
    "customer_order_count": "buyer",
    "customer_return_count": "buyer",
    "customer_return_rate": "buyer",
}
GROUPS: dict[Purpose, dict[str, str]] = {"shopper": SHOPPER, "checkout": CHECKOUT}
CATEGORICAL = ("category", "brand", "channel")
MOST_CATEGORIES = 60


def price_to_list(rows: pa.Table) -> Floats:
    """Return what is paid over the list price (n_rows,)."""
    return _floats(pc.divide(rows["price_usd"], rows["list_price_usd"]))


def line_value_usd(rows: pa.Table) -> Floats:
    """Return what all pieces of the order cost (n_rows,)."""
    return _floats(rows["price_usd"]) * _floats(rows["quantity"])


def line_to_basket(rows: pa.Table) -> Floats:
    """Return the order's share of its basket's value (n_rows,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return line_value_usd(rows) / _floats(rows["basket_value_usd"])


def weekday(rows: pa.Table) -> Floats:
    """Return the day of the week, 0 Monday to 6 Sunday (n_rows,)."""
    return _floats(pc.day_of_week(rows["purchased_on"]))


def age_from(rows: pa.Table) -> Floats:
    """Return the age that each row's band begins with (n_rows,)."""
    digits = pc.extract_regex(rows["age_band"].cast(pa.string()), r"^(?P<low>\d+)")
    return _floats(pc.struct_field(digits, "low"))


DERIVED: dict[str, Callable[[pa.Table], Floats]] = {
    "price_to_list": price_to_list,
    "line_value_usd": line_value_usd,
    "line_to_basket": line_to_basket,
    "weekday": weekday,
    "age_from": age_from,
}


def _floats(column: pa.ChunkedArray) -> Floats:
    values: Floats = column.cast(pa.float64()).to_numpy()
    return values


@dataclass(frozen=True)
class Encoder:
    """Turns order rows into the model's matrix.

    Parameters
    ----------
    purpose : str
        Which columns.
    categories : dict
        Categorical column -> its known values; others are missing.
    """

    purpose: Purpose
    categories: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def fitted(cls, purpose: Purpose, rows: pa.Table) -> "Encoder":
        """Learn the categories of `rows`, the most frequent ones."""
        categories = {}
        for name in CATEGORICAL:
            if name not in GROUPS[purpose]:
                continue
            counted = pc.value_counts(rows[name].drop_null().combine_chunks())
            ranked = sorted(
                counted.to_pylist(), key=lambda c: (-c["counts"], c["values"])
            )
            categories[name] = [c["values"] for c in ranked[:MOST_CATEGORIES]]
        return cls(purpose, categories)

    @property
    def names(self) -> list[str]:
        """Column names, in the matrix's order."""
        return list(GROUPS[self.purpose])

    @property
    def groups(self) -> list[str]:
        """The group of each column."""
        return list(GROUPS[self.purpose].values())

    def matrix(self, rows: pa.Table) -> Floats:
        """Return X (n_rows, n_features); what is not known is NaN."""
        return np.column_stack([self._column(rows, name) for name in self.names])

    def _column(self, rows: pa.Table, name: str) -> Floats:
        if name in DERIVED:
            return DERIVED[name](rows)
        column = rows[name]
        if name in self.categories:
            known = pa.array(self.categories[name], pa.string())
            column = pc.index_in(column.cast(pa.string()), known)
        return _floats(column)
