"""What the gates make of a page's items: rows to keep, and drops with their reasons."""

from dataclasses import dataclass, field
from typing import Any

from scrapers.pages.page import Item
from store.tables import Table

Row = dict[str, Any]


class Dropped(Exception):  # noqa: N818 - a verdict of a gate, not a mistake
    """An item that a gate refused; its text is the reason, as counted."""


@dataclass(frozen=True)
class Drop:
    """What a gate refused, and why."""

    reason: str
    """As counted, such as ``price_not_positive``."""

    item: Item
    """As the page gave it."""


@dataclass(frozen=True)
class Judged:
    """One page's items after the gates."""

    rows: dict[type[Table], dict[tuple[Any, ...], Row]] = field(default_factory=dict)
    """What is kept: by table, by key."""

    hashtags: list[str] = field(default_factory=list)
    """What is to be watched."""

    drops: list[Drop] = field(default_factory=list)
    """What is not kept."""

    def keep(self, table: type[Table], row: Row) -> None:
        """Note a row; one of the same key gives way to it."""
        key = tuple(row[name] for name in table.key_names())
        self.rows.setdefault(table, {})[key] = row
