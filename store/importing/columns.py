"""How one column of an import file is read: as SQL over text, with what is wrong with
a value that can't be.
"""

from dataclasses import dataclass

from store.money import currency_exponents

ISO_TIME = (
    r"\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?"
)
# One slip such as 1026 would stretch the daily tables over a thousand years.
EARLIEST_YEAR = 2000
STATUSES = ("active", "sold", "ended")


@dataclass(frozen=True)
class ColumnSpec:
    """One column of an import file.

    Parameters
    ----------
    name : str
        As in the file.
    value : str
        SQL for the typed value, NULL where the text is none; ``{x}`` is the text.
    wrong : str
        What is said of a text that yields NULL.
    required : bool
        The column must be there, and no value may be empty.
    """

    name: str
    value: str
    wrong: str
    required: bool = False

    def typed(self, text: str) -> str:
        """Return the SQL of the typed value of a text."""
        return self.value.format(x=text)

    @property
    def text(self) -> str:
        """SQL of the trimmed text, NULL where there is none."""
        return f"nullif(trim(\"{self.name}\"), '')"

    def fault(self, text: str, typed: str) -> str:
        """Return SQL of what is wrong with the value, NULL where nothing is."""
        faults = [
            f"WHEN {text} IS NOT NULL AND {typed} IS NULL "
            f"THEN '{self.name}: {self.wrong}'"
        ]
        if self.required:
            faults.insert(0, f"WHEN {text} IS NULL THEN '{self.name} is empty'")
        return f"CASE {' '.join(faults)} END"


def text(name: str, *, required: bool = False) -> ColumnSpec:
    """Any text."""
    return ColumnSpec(name, "{x}", "not a text", required)


def time(name: str, *, required: bool = False) -> ColumnSpec:
    """An ISO 8601 time from 2000 on; a bare date is its midnight, UTC."""
    value = (
        f"CASE WHEN regexp_full_match({{x}}, '{_braces(ISO_TIME)}') "
        f"AND {{x}} >= '{EARLIEST_YEAR}' THEN TRY_CAST({{x}} AS TIMESTAMPTZ) END"
    )
    wrong = (
        "not an ISO 8601 time such as 2026-03-01T12:00:00Z or 2026-03-01, "
        f"from {EARLIEST_YEAR} on"
    )
    return ColumnSpec(name, value, wrong, required)


def amount(name: str, *, required: bool = False) -> ColumnSpec:
    """A price: not negative, a point for decimals, no sign of a currency."""
    value = "CASE WHEN {n} >= 0 THEN {n} END".replace(
        "{n}", "TRY_CAST({x} AS DECIMAL(18, 4))"
    )
    wrong = "not a price (a number such as 29.99, not negative)"
    return ColumnSpec(name, value, wrong, required)


def number(name: str, low: float, high: float, *, required: bool = False) -> ColumnSpec:
    """A number between two bounds."""
    value = "CASE WHEN {n} BETWEEN {low} AND {high} THEN {n} END"
    value = value.replace("{n}", "TRY_CAST({x} AS DOUBLE)")
    value = value.replace("{low}", str(low)).replace("{high}", str(high))
    return ColumnSpec(name, value, f"not a number from {low} to {high}", required)


def whole(
    name: str,
    low: int = 0,
    high: int = 2**62,
    *,
    required: bool = False,
) -> ColumnSpec:
    """A whole number between two bounds; ``23.0`` is one."""
    value = (
        "CASE WHEN TRY_CAST({x} AS DECIMAL(38, 6)) = TRY_CAST({x} AS HUGEINT) "
        f"AND TRY_CAST({{x}} AS HUGEINT) BETWEEN {low} AND {high} "
        "THEN TRY_CAST({x} AS HUGEINT)::BIGINT END"
    )
    most = f"to {high}" if high < 2**62 else "up"
    wrong = f"not a whole number from {low} {most}"
    return ColumnSpec(name, value, wrong, required)


def one_of(name: str, *choices: str, required: bool = False) -> ColumnSpec:
    """One of a few words, in any case."""
    listed = ", ".join(f"'{choice}'" for choice in choices)
    value = f"CASE WHEN lower({{x}}) IN ({listed}) THEN lower({{x}}) END"
    return ColumnSpec(name, value, f"not one of {', '.join(choices)}", required)


def yes_or_no(name: str, *, required: bool = False) -> ColumnSpec:
    """A yes or no, as people and programs write it."""
    value = (
        "CASE WHEN lower({x}) IN ('yes', 'true', '1') THEN true "
        "WHEN lower({x}) IN ('no', 'false', '0') THEN false END"
    )
    return ColumnSpec(name, value, "neither yes nor no", required)


def currency(name: str = "currency") -> ColumnSpec:
    """An ISO 4217 code."""
    codes = ", ".join(f"'{code}'" for code in currency_exponents())
    value = f"CASE WHEN upper({{x}}) IN ({codes}) THEN upper({{x}}) END"
    return ColumnSpec(name, value, "not an ISO 4217 currency code such as USD")


def hashtag(name: str, *, required: bool = False) -> ColumnSpec:
    """A hashtag, with or without its sign."""
    value = "nullif(lower(ltrim({x}, '#')), '')"
    return ColumnSpec(name, value, "not a hashtag", required)


def _braces(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")
