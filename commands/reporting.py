"""What people look at: the Power BI project."""

from pathlib import Path
from typing import Annotated

import typer

from commands.options import Json, opened, show
from store.settings import get_settings

app = typer.Typer()
export_app = typer.Typer(help="Write what other tools read.", no_args_is_help=True)
app.add_typer(export_app, name="export")


@export_app.command()
def powerbi(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to.")],
    as_json: Json = False,
) -> None:
    """Write a star schema in Parquet and a Power BI project that opens on it."""
    from reporting.powerbi.export import export_powerbi  # noqa: PLC0415

    show(export_powerbi(opened(), get_settings(), folder), as_json)
