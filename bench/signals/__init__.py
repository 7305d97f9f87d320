"""The four signals on real data, each beside its baseline; skips what is absent."""

from importlib import import_module

from rich.console import Group, RenderableType

# A file each; each has ``run() -> rich.table.Table | str``.
PARTS = (
    "reviews",
    "hashtags",
    "totals",
    "bots",
    "resale",
    "sneakers",
    "matching",
    "links",
    "speed",
)


def run() -> RenderableType:
    """Return every part's table."""
    return Group(*(import_module(f"bench.signals.{name}").run() for name in PARTS))
