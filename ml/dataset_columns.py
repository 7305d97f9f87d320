"""The linked dataset's columns: their order, and what is written of each beside it."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from store.tables import Order, Product, ProductDay, Table

DAY_BEFORE = "the day before the purchase"
PURCHASE = "at the purchase"
ALWAYS = "at any time"
JUDGED = "when the return window has passed"
# Where a column is a table's own, its docstring there tells it.
TABLES: tuple[tuple[type[Table], str], ...] = (
    (Order, PURCHASE),
    (Product, ALWAYS),
    (ProductDay, DAY_BEFORE),
)


@dataclass(frozen=True)
class Told:
    """What is written of a column: its meaning, when it is known, where it is from."""

    meaning: str
    known: str
    source: str


DERIVED: dict[str, Told] = {
    "purchased_on": Told("Day of the purchase, UTC.", PURCHASE, "order"),
    "price_usd": Told(
        "Price of one piece in US dollars, at the rate of the day before.",
        PURCHASE,
        "order",
    ),
    "purchased_weekday": Told(
        "Day of the week, UTC, 0 Monday to 6 Sunday.", PURCHASE, "order"
    ),
    "purchased_hour": Told("Hour of the purchase, UTC, 0-23.", PURCHASE, "order"),
    "basket_count": Told(
        "Order lines of the customer at that very moment; 1 and more.",
        PURCHASE,
        "order",
    ),
    "basket_value_usd": Told(
        "What they cost together in US dollars, pieces counted; without the lines "
        "whose currency has no rate.",
        PURCHASE,
        "order",
    ),
    "customer_return_count": Told(
        "Returns of the customer up to the day before; 0 and more.",
        DAY_BEFORE,
        "order, return",
    ),
    "customer_order_count": Told(
        "Orders of the customer up to the day before; 0 and more.",
        DAY_BEFORE,
        "order",
    ),
    "customer_return_rate": Told(
        "Returns of the customer so far over those orders, smoothed by 2 orders of "
        "which half a one came back; 0-1 unless returns are of unknown orders.",
        DAY_BEFORE,
        "order, return",
    ),
    "target": Told(
        "1 regretted, 0 not; where a return gave no reason, the probability that "
        "regret was behind it, 0-1. Where no return has a reason: 1 returned, 0 kept.",
        JUDGED,
        "order, return",
    ),
    "coded": Told(
        "Whether `target` is known and not filled in: measure quality on these only.",
        JUDGED,
        "order, return",
    ),
}
TYPES = {
    pa.bool_(): "yes or no",
    pa.date32(): "day",
    pa.string(): "text",
    pa.timestamp("us", "UTC"): "time, UTC",
}


def column_guide(schema: pa.Schema, count: int, target: str) -> str:
    """Return a Markdown table that tells every column of the dataset.

    Parameters
    ----------
    count : int
        How many orders it has.
    target : str
        ``regret`` or ``returned``.

    Raises
    ------
    KeyError
        If a column is told nowhere.
    """
    lines = [
        "# The linked dataset",
        "",
        f"{count:,} orders whose return window has passed, in order of",
        f"time; the target is *{target}*. Nothing is used before it was known; what",
        "was not known is empty.",
        "",
        "| column | type | meaning | known | from |",
        "|---|---|---|---|---|",
    ]
    for field in schema:
        told = column_told(field.name)
        cells = (f"`{field.name}`", _type(field.type), told.meaning, told.known)
        lines.append(f"| {' | '.join(cells)} | `{told.source}` |")
    return "\n".join(lines) + "\n"


def column_told(name: str) -> Told:
    """Return what is written of a column.

    >>> column_told("income_decile").source
    'order'

    Raises
    ------
    KeyError
        If it is told nowhere.
    """
    if name in DERIVED:
        return DERIVED[name]
    for table, known in TABLES:
        field: Any = table.model_fields.get(name)
        if field is not None and field.description:
            words = " ".join(field.description.replace("``", "`").split())
            return Told(words, known, table.table_name())
    raise KeyError(name)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "whole number"
    if pa.types.is_floating(kind):
        return "number"
    return TYPES[kind]
