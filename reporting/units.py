"""How a value is written for people, by its unit; data files hold the bare value."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

Unit = Literal["text", "count", "share", "points", "usd", "days", "number", "views"]
NOTHING = "—"
MILLION = 1_000_000


def written(value: object, unit: Unit) -> str:
    """Return a value as people read it; none is a dash.

    >>> written(0.374, "share"), written(1234.5, "usd"), written(None, "days")
    ('37.4 %', '$1,234', '—')
    >>> written(-0.031, "points"), written(2.5e6, "views")
    ('-3.1 pt', '2.5 M')
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, int | float):
        return _WAYS[unit](float(value))
    return str(value)


def _views(value: float) -> str:
    if abs(value) >= MILLION:
        return f"{value / MILLION:,.1f} M"
    return f"{value / 1000:,.0f} k" if abs(value) >= 10_000 else f"{value:,.0f}"


def _dollars(value: float) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(value):,.0f}"


_WAYS: Mapping[Unit, Callable[[float], str]] = MappingProxyType(
    {
        "text": lambda value: f"{value:g}",
        "count": lambda value: f"{value:,.0f}",
        "share": lambda value: f"{100 * value:.1f} %",
        "points": lambda value: f"{100 * value:+.1f} pt",
        "usd": _dollars,
        "days": lambda value: f"{value:,.0f} d",
        "number": lambda value: f"{value:,.3g}",
        "views": _views,
    }
)
