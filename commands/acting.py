"""What it does about a risk: the nightly batch."""

from typing import Annotated

import typer

from commands.options import Json, opened, show, to_day
from store.settings import get_settings

app = typer.Typer()


@app.command()
def nightly(
    date: Annotated[
        str,
        typer.Option(
            help="A day of the shop that is over (YYYY-MM-DD); by default the last one."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Score the orders that are due, decide who gets what, deliver what may go out."""
    from interventions.nightly import nightly as run_nightly  # noqa: PLC0415

    day = to_day(date)
    show(run_nightly(opened(), get_settings(), day), as_json)
