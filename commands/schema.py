"""`trendguard db`: the database."""

import typer
from sqlalchemy import make_url

from commands.options import Json, show
from store.database import Database
from store.settings import get_settings

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.command("upgrade")
def db_upgrade(as_json: Json = False) -> None:
    """Create the database, or migrate it to this version."""
    database = Database(get_settings())
    database.upgrade()
    place = make_url(get_settings().url).render_as_string(hide_password=True)
    show({"schema": database.revision(), "at": place}, as_json)
