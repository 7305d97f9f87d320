"""`trendguard models`: which model is served."""

from typing import Annotated

import typer

from commands.options import Json, opened, show
from store.database import Database
from store.settings import get_settings
from terminal import print_columns, print_rows

app = typer.Typer(help="Which model is served.", no_args_is_help=True)

MODELS = {
    "version": "version",
    "role": "role",
    "target": "target",
    "window_to": "learned up to",
    "auc": "AUC",
    "log_loss": "log loss",
}
Purposes = Annotated[
    str, typer.Option(metavar="PURPOSE", help="shopper or checkout; both by default.")
]


@app.command("list")
def models_list(as_json: Json = False) -> None:
    """List every registered model, the newest first."""
    from ml.registry.versions import all_models  # noqa: PLC0415

    rows = [row.model_dump() | row.figures for row in all_models(opened())]
    shown = [dict.fromkeys(MODELS) | row for row in rows]
    show({"models": rows}, as_json, lambda _: print_rows(shown, MODELS))


@app.command("promote")
def models_promote(version: str, as_json: Json = False) -> None:
    """Serve this model from now on, and make the cards anew with it."""
    from ml.registry.roles import promote  # noqa: PLC0415

    database, settings = opened(), get_settings()
    changed = promote(database, settings, version, actor="cli", why="asked for")
    _serve_anew(database)
    show({"version": version, "role": "champion", "changed": changed}, as_json)


@app.command("rollback")
def models_rollback(purpose: Purposes = "", as_json: Json = False) -> None:
    """Serve again what was served before, and make the cards anew with it."""
    from ml.registry.roles import roll_back_all  # noqa: PLC0415

    database, settings = opened(), get_settings()
    result = roll_back_all(database, settings, purpose, actor="cli")
    _serve_anew(database)
    show(result, as_json, print_columns)


def _serve_anew(database: Database) -> None:
    from ml.refresh import refresh as run_refresh  # noqa: PLC0415

    run_refresh(database, database.settings)
