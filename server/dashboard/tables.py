"""Tables of a page: what stands in them, in which order, and the same as CSV."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from reporting.figures.values import Value
from reporting.units import Unit, written

Row = Mapping[str, Any]
Kind = Unit | Literal["time", "day", "tone"]
# A spreadsheet would take a text that begins so for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
RIGHT = frozenset({"count", "share", "points", "usd", "days", "number", "views"})


@dataclass(frozen=True)
class Column:
    """A column: where its cells come from, and how they are written."""

    name: str
    """Key in the rows, and head in the CSV."""

    head: str
    """Head on the page."""

    kind: Kind = "text"
    """Unit of the cells; ``time``, ``day``; ``tone``: a word of good or bad news."""

    words: str = ""
    """What it says, for who wonders."""

    link: Callable[[Row], str | None] | None = None
    """Where a cell leads to."""

    @property
    def is_figure(self) -> bool:
        """Whether cells stand to the right."""
        return self.kind in RIGHT


@dataclass(frozen=True)
class Table:
    """A table of a page."""

    name: str
    """In addresses: of its CSV and its order."""

    caption: str
    """Says what it is."""

    columns: Sequence[Column]
    """From left to right."""

    rows: Sequence[Row]
    """All of them: what is not here is not in the CSV either."""

    empty: str = "Nothing yet."
    """What is said where there are no rows."""

    sorted_by: str = ""
    """Column it was put in order by, with ``-`` before it the largest first."""

    def in_order(self, asked: str | None) -> "Table":
        """Return it in the order that ``TABLE.COLUMN`` or ``TABLE.-COLUMN`` asks for.

        Rows without a value come last. What is asked of another table changes nothing.

        >>> rows = [{"n": 2}, {"n": None}, {"n": 10}]
        >>> table = Table("t", "T", [Column("n", "N", "count")], rows)
        >>> [row["n"] for row in table.in_order("t.-n").rows]
        [10, 2, None]
        """
        table, _, order = (asked or "").partition(".")
        name = order.removeprefix("-")
        if table != self.name or all(column.name != name for column in self.columns):
            return self
        known = [row for row in self.rows if bare(row.get(name)) is not None]
        unknown = [row for row in self.rows if bare(row.get(name)) is None]
        known.sort(key=lambda row: bare(row[name]), reverse=order != name)
        return replace(self, rows=[*known, *unknown], sorted_by=order)

    def next_order(self, column: Column) -> str:
        """Return what to ask for to have it in the order of a column; again: turned."""
        turned = self.sorted_by == f"-{column.name}" or not (
            self.sorted_by == column.name or column.is_figure
        )
        return f"{self.name}.{'' if turned else '-'}{column.name}"

    def direction(self, column: Column) -> str | None:
        """Return ``ascending`` or ``descending`` if a column gives the order."""
        directions = {column.name: "ascending", f"-{column.name}": "descending"}
        return directions.get(self.sorted_by)

    def as_csv(self) -> str:
        """Return it as CSV (RFC 4180): bare values, intervals in their own columns."""
        out = io.StringIO()
        writer = csv.writer(out)
        spread = {c.name for c in self.columns if self._has_intervals(c.name)}
        heads: list[str] = []
        for name in (column.name for column in self.columns):
            heads += [name, f"{name}_low", f"{name}_high"] if name in spread else [name]
        writer.writerow(heads)
        for row in self.rows:
            cells: list[Any] = []
            for column in self.columns:
                cells += _in_file(row.get(column.name), column.name in spread)
            writer.writerow(cells)
        return out.getvalue()

    def _has_intervals(self, name: str) -> bool:
        return any(isinstance(row.get(name), Value) for row in self.rows)


def bare(value: Any) -> Any:
    """Return a value without its interval."""
    return value.value if isinstance(value, Value) else value


def shown(value: Any, kind: Kind) -> str:
    """Return a cell as people read it, without its interval."""
    plain = bare(value)
    if isinstance(plain, datetime):
        return f"{plain:%Y-%m-%d %H:%M}"
    if kind == "time" or kind == "day" or kind == "tone":  # noqa: PLR1714 - narrows
        return written(plain, "text")
    return written(plain, kind)


def interval(value: Any, kind: Kind) -> str:
    """Return the interval of a cell as people read it; empty where it has none."""
    if not isinstance(value, Value) or value.low is None or value.high is None:
        return ""
    return f"{shown(value.low, kind)} to {shown(value.high, kind)}"


def _in_file(value: Any, spread: bool) -> list[Any]:
    if not spread:
        return [_safe(value)]
    if isinstance(value, Value):
        return [value.value, value.low, value.high]
    return [_safe(value), None, None]


def _safe(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
