"""What is learned from it: models, their figures, how they hold."""

import logging
from typing import Annotated, Any

import typer

from commands.options import AsOf, Json, opened, show, to_day
from store.settings import get_settings
from terminal import print_alarms, print_columns, print_verdicts, progress

app = typer.Typer()

FIGURES = {
    "version": "version",
    "trained_on": "trained on",
    "window": "learned from",
    "target": "predicts",
    "n": "judged on orders",
    "base_rate": "came true",
    "auc": "AUC",
    "pr_auc": "PR-AUC",
    "brier": "Brier score",
    "log_loss": "log loss",
    "ece": "calibration error",
}


@app.command()
def train(
    as_of: AsOf = "",
    trials: Annotated[
        int | None,
        typer.Option(min=0, help="Instead of TRENDGUARD_SEARCH_TRIALS."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Instead of TRENDGUARD_DASK_ADDRESS."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fit, calibrate and register the models, then make the cards."""
    from ml.refresh import refresh as run_refresh  # noqa: PLC0415
    from ml.training import train as run_training  # noqa: PLC0415

    chosen = {"search_trials": trials, "dask_address": dask}
    settings = get_settings().model_copy(
        update={name: value for name, value in chosen.items() if value is not None}
    )
    day, database = to_day(as_of), opened()
    with progress(shown=not as_json) as report:
        result = run_training(database, settings, day, report)
        report("cards", 0, 0)
        run_refresh(database, settings)
    show(result, as_json, _print_trained)


@app.command()
def evaluate(as_json: Json = False) -> None:
    """Show the served models' figures on orders later than all they learned from, and
    write their model cards.
    """
    from ml.model_card.writing import evaluate as write_cards  # noqa: PLC0415

    result = write_cards(opened(), get_settings())
    show(result, as_json, lambda _: print_columns(result, FIGURES))
    if not as_json:
        for purpose, found in result.items():  # whole, however narrow the terminal
            typer.echo(f"{purpose} card: {found['files']['card']}")


@app.command()
def monitor(as_json: Json = False) -> None:
    """Show what has drifted since the training, and what has grown too old."""
    from ml.monitoring.report import logger  # noqa: PLC0415
    from ml.monitoring.report import monitor as run_monitor  # noqa: PLC0415

    logger.addHandler(logging.NullHandler())  # what it logs is printed below
    show(run_monitor(opened(), get_settings()), as_json, print_alarms)


def _print_trained(result: dict[str, Any]) -> None:
    print_columns(result, FIGURES)
    print_verdicts(result)
