"""`trendguard demo`."""

from typing import Annotated

import typer
from rich.console import Console

from store.settings import get_settings

app = typer.Typer()


@app.command()
def demo(
    orders: Annotated[int, typer.Option(help="Orders of the made-up market.")] = 50_000,
    stay: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = True,
) -> None:
    """Run the whole pipeline on a made-up market, served over HTTP here."""
    from sample.demo import Demo  # noqa: PLC0415

    Demo(get_settings(), orders, Console()).run(stay=stay)
