"""Progress in the terminal: one line a step, its time, and what came of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console


@dataclass
class Step:
    """What came of one step."""

    result: str = ""
    mark: str = "[green]✓[/green]"

    def done(self, result: str) -> None:
        """Tell the result in a few words."""
        self.result = result

    def missed(self, why: str) -> None:
        """Tell that the rest goes on without what this step was to bring."""
        self.result, self.mark = why, "[yellow]![/yellow]"


class Steps:
    """Prints steps as they go; a spinner turns where somebody is watching."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """Run a step; tell what is yielded what came of it."""
        step = Step()
        started = time.monotonic()
        try:
            with self.console.status(name):
                yield step
        except BaseException:
            step.mark = "[red]✗[/red]"
            raise
        finally:
            self._print(step, name, time.monotonic() - started)

    def _print(self, step: "Step", name: str, seconds: float) -> None:
        self.console.print(
            f"{step.mark} {name:<52} [cyan]{seconds:5.1f} s[/cyan]  {step.result}",
            highlight=False,
            soft_wrap=True,
        )
