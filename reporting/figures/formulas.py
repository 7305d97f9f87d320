"""What a measure is computed by: an expression over sums of columns, worked out here
and written in Power BI's language from the same tree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Sums: TypeAlias = Mapping["Sum", float | None]


@dataclass(frozen=True)
class Sum:
    """The sum of a column.

    Parameters
    ----------
    table, column : str
        What is added up.
    only : str, optional
        ``is_closed``: only days whose return window is over, for what was bought later
        may still come back, and would make a rate look low. ``is_newest``: only the
        newest week, for what is open in two weeks is not open twice.
    """

    table: str
    column: str
    only: str | None = None

    def value(self, sums: Sums) -> float | None:
        """Return it, as the store added it up."""
        return sums.get(self)

    def dax(self) -> str:
        """Return it in Power BI's language."""
        total = f"SUM('{self.table}'[{self.column}])"
        if self.only is None:
            return total
        picked = f"'{self.table}'[{self.only}] = TRUE()"
        # The newest week is the newest, whichever days are asked for.
        whenever = ", REMOVEFILTERS('date')" if self.only == "is_newest" else ""
        return f"CALCULATE({total}, {picked}{whenever})"

    def sums(self) -> Iterator["Sum"]:
        """Yield the sums in it."""
        yield self


@dataclass(frozen=True)
class Number:
    """A fixed number, such as the cents of a dollar."""

    number: int

    def value(self, sums: Sums) -> float | None:  # noqa: ARG002 - as the others
        """Return it."""
        return self.number

    def dax(self) -> str:
        """Return it in Power BI's language."""
        return str(self.number)

    def sums(self) -> Iterator[Sum]:
        """Yield the sums in it: none."""
        yield from ()


@dataclass(frozen=True)
class Ratio:
    """One over another; nothing where the other is nothing or 0."""

    over: "Formula"
    under: "Formula"

    def value(self, sums: Sums) -> float | None:
        """Work it out."""
        over, under = self.over.value(sums), self.under.value(sums)
        return None if over is None or not under else over / under

    def dax(self) -> str:
        """Return it in Power BI's language."""
        return f"DIVIDE({self.over.dax()}, {self.under.dax()})"

    def sums(self) -> Iterator[Sum]:
        """Yield the sums in it."""
        yield from self.over.sums()
        yield from self.under.sums()


@dataclass(frozen=True)
class Times:
    """One times another; nothing where either is nothing."""

    left: "Formula"
    right: "Formula"

    def value(self, sums: Sums) -> float | None:
        """Work it out."""
        left, right = self.left.value(sums), self.right.value(sums)
        return None if left is None or right is None else left * right

    def dax(self) -> str:
        """Return it in Power BI's language."""
        return f"{self.left.dax()} * {self.right.dax()}"

    def sums(self) -> Iterator[Sum]:
        """Yield the sums in it."""
        yield from self.left.sums()
        yield from self.right.sums()


Formula: TypeAlias = Sum | Number | Ratio | Times
