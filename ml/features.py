"""What the models read: one list of columns, one way to make the matrix."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from store.errors import MissingFeatureError
from store.privacy import AGE_BANDS

Floats = npt.NDArray[np.float64]
Purpose = Literal["shopper", "checkout"]
Columns = Mapping[str, Floats]

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
    "rating_mean": "sentiment",
    "rating_n": "sentiment",
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
    "purchased_weekday": "buyer",
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
# A category that training never saw; LightGBM reads it as a missing value.
NEVER_SEEN = -1.0
AGE_FROM = {band: float(band.rstrip("+").split("-")[0]) for band in AGE_BANDS}


def price_to_list(known: Columns) -> Floats:
    """Return what is paid over the list price (n_rows,)."""
    return known["price_usd"] / known["list_price_usd"]


def line_value_usd(known: Columns) -> Floats:
    """Return what all pieces of the order cost (n_rows,)."""
    return known["price_usd"] * known["quantity"]


def line_to_basket(known: Columns) -> Floats:
    """Return the order's share of its basket's value (n_rows,)."""
    return line_value_usd(known) / known["basket_value_usd"]


def age_from(known: Columns) -> Floats:
    """Return the age that each row's band begins with (n_rows,)."""
    return known["age_band"]


# Each from plain columns, so that a batch and a single row share it.
DERIVED: dict[str, Callable[[Columns], Floats]] = {
    "price_to_list": price_to_list,
    "line_value_usd": line_value_usd,
    "line_to_basket": line_to_basket,
    "age_from": age_from,
}


@dataclass(frozen=True)
class Encoder:
    """Turns order rows into the model's matrix.

    Parameters
    ----------
    purpose : str
        Which columns.
    categories : dict
        Categorical column -> its known values, the most frequent first.
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

    @cached_property
    def names(self) -> list[str]:
        """Column names, in the matrix's order."""
        return list(GROUPS[self.purpose])

    @cached_property
    def groups(self) -> list[str]:
        """The group of each column."""
        return list(GROUPS[self.purpose].values())

    @cached_property
    def needed(self) -> list[str]:
        """The columns that rows must have: those read as they are, or derived from."""
        asked = _Asked()
        self._fill(np.empty((1, len(self.names))), asked)
        return list(asked)

    def matrix(self, rows: pa.Table) -> Floats:
        """Return X (n_rows, n_features); what is not known is NaN.

        Raises
        ------
        MissingFeatureError
            If a column is not there at all.
        """
        self._check(rows.column_names)
        known = _Batch(rows, self._codes)
        return self._fill(np.empty((rows.num_rows, len(self.names))), known)

    def vector(self, facts: Mapping[str, Any]) -> Floats:
        """Return the same of one row, X (1, n_features).

        Raises
        ------
        MissingFeatureError
            If a fact is not there at all; one that is not known is None.
        """
        self._check(facts)
        known = _Single(facts, self._codes)
        return self._fill(np.empty((1, len(self.names))), known)

    def _fill(self, matrix: Floats, known: Columns) -> Floats:
        # By zero, or by what is not known: that is for the model to see.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for number, name in enumerate(self.names):
                derive = DERIVED.get(name)
                matrix[:, number] = derive(known) if derive else known[name]
        return matrix

    def _check(self, given: Container[str]) -> None:
        if absent := [name for name in self.needed if name not in given]:
            raise MissingFeatureError(
                f"the {self.purpose} model reads {', '.join(absent)}, which the rows "
                "do not have (a value that is not known is empty, not left out); after "
                "an update run `trendguard refresh`, then `trendguard train`"
            )

    @cached_property
    def _codes(self) -> dict[str, "_Codes"]:
        codes = {"age_band": _Codes(AGE_FROM, np.nan)}
        for name, values in self.categories.items():
            # Beyond the most frequent there were others, seen in training as missing.
            other = np.nan if len(values) >= MOST_CATEGORIES else NEVER_SEEN
            numbers = {value: float(n) for n, value in enumerate(values)}
            codes[name] = _Codes(numbers, other)
        return codes


@dataclass(frozen=True)
class _Codes:
    """The number of each word of a column, and that of every other word."""

    numbers: dict[str, float]
    other: float

    def column(self, words: pa.ChunkedArray) -> Floats:
        words = words.cast(pa.string())
        index = pc.index_in(words, pa.array(self.numbers, pa.string()))
        table = np.array([*self.numbers.values(), self.other])
        coded: Floats = table[pc.fill_null(index, len(table) - 1).to_numpy()]
        coded[pc.is_null(words).to_numpy()] = np.nan
        return coded


@dataclass(frozen=True)
class _Batch(Mapping[str, Floats]):
    """Columns of a table as numbers, each made when it is asked for."""

    rows: pa.Table
    codes: dict[str, _Codes]

    def __getitem__(self, name: str) -> Floats:
        column = self.rows[name]
        if name in self.codes:
            return self.codes[name].column(column)
        values: Floats = column.cast(pa.float64(), safe=False).to_numpy()
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows.column_names)

    def __len__(self) -> int:
        return len(self.rows.column_names)


class _Single(dict[str, Floats]):
    """The facts of one row as columns of length 1."""

    def __init__(self, facts: Mapping[str, Any], codes: dict[str, _Codes]) -> None:
        super().__init__()
        self._facts, self._codes = facts, codes

    def __missing__(self, name: str) -> Floats:
        value = self._facts[name]
        if value is None:
            number = np.nan
        elif name in self._codes:
            codes = self._codes[name]
            number = codes.numbers.get(str(value), codes.other)
        else:
            number = float(value)
        column = self[name] = np.array([number])
        return column


class _Asked(dict[str, Floats]):
    """Knows no column and keeps the names of those it was asked for."""

    def __missing__(self, name: str) -> Floats:
        column = self[name] = np.array([np.nan])
        return column
