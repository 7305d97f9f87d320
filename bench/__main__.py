"""Every benchmark, its peer in the same run: ``python -m bench [NAME...]``."""

import sys
from collections.abc import Callable
from importlib import import_module

from rich.console import Console, RenderableType

NAMES = (
    "model",
    "model_speed",
    "intervals",
    "experiments",
    "importing",
    "scrapers",
    "extension",
    "server",
    "soak",
    "signals",
    "nightly",
    "dashboard",
)


def main(names: list[str]) -> None:
    """Run the named benchmarks, all by default, and print what each returns."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name in names or NAMES:
        run: Callable[[], RenderableType] = import_module(f"bench.{name}").run
        Console().print(run())


main(sys.argv[1:])
