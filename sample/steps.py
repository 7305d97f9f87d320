"""Progress in the terminal: one line a step, its time, and what came of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """Prints steps as they go; a spinner turns where somebody is watching."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Run a step; call what is yielded with a few words on the result."""
        said: list[str] = []
        started = time.monotonic()
        try:
            with self.console.status(name):
                yield said.append
        except BaseException:
            self._print("[red]✗[/red]", name, started, said)
            raise
        self._print("[green]✓[/green]", name, started, said)

    def _print(self, mark: str, name: str, started: float, said: list[str]) -> None:
        seconds = time.monotonic() - started
        self.console.print(
            f"{mark} {name:<52} [cyan]{seconds:5.1f} s[/cyan]  {' '.join(said)}",
            highlight=False,
            soft_wrap=True,
        )
