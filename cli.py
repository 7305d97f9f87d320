"""The `trendguard` command: one thin door a job."""

import logging
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from sqlalchemy import make_url

from store.database import Database, open_database
from store.errors import TrendGuardError
from store.privacy import age_band
from store.settings import get_settings
from terminal import (
    print_alarms,
    print_card,
    print_columns,
    print_facts,
    print_json,
    print_rows,
    print_verdicts,
    progress,
)

app = typer.Typer(
    help="How likely buyers are to regret a product that TikTok made famous.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
admin = typer.Typer(help="Who may operate TrendGuard.", no_args_is_help=True)
app.add_typer(db, name="db")
models = typer.Typer(help="Which model is served.", no_args_is_help=True)
app.add_typer(admin, name="admin")
app.add_typer(models, name="models")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str, typer.Option(help="Use only what was known then (YYYY-MM-DD).")]

IMPORTED = {
    name: name for name in ("file", "read", "added", "updated", "unchanged", "rejected")
} | {"rejects_file": "see"}
TRENDS = {
    "hashtag": "hashtag",
    "stage": "stage",
    "wave": "wave",
    "peak_on": "peak so far",
    "days_since_peak": "days since",
    "trended_days": "days so far",
    "expected_days_left": "days left",
    "expected_days_left_low": "at least",
    "expected_days_left_high": "at most",
    "bot_share": "bots",
}
LINKS = {n: n for n in ("product_id", "hashtag", "confidence", "method")}
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
CRAWL_EXIT = {"ok": 0, "empty": 0, "blocked": 3, "login_wall": 3, "changed": 4}


@app.command()
def demo(
    orders: Annotated[int, typer.Option(help="Orders of the made-up market.")] = 50_000,
    stay: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = True,
) -> None:
    """Run the whole pipeline on a made-up market, served over HTTP here."""
    from sample.demo import Demo  # noqa: PLC0415

    Demo(get_settings(), orders, Console()).run(stay=stay)


@db.command("upgrade")
def db_upgrade(as_json: Json = False) -> None:
    """Create the database, or migrate it to this version."""
    database = Database(get_settings())
    database.upgrade()
    place = make_url(get_settings().url).render_as_string(hide_password=True)
    _show({"schema": database.revision(), "at": place}, as_json)


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="CSV or Parquet.")],
    as_json: Json = False,
) -> None:
    """Import a folder of orders, returns, products and signals."""
    from store.importing import import_folder  # noqa: PLC0415

    report = import_folder(_database(), get_settings(), folder)
    _show(report.as_dict(), as_json, lambda _: print_rows(report.rows(), IMPORTED))


@app.command()
def crawl(
    spider: Annotated[str, typer.Argument(metavar="SPIDER")],
    a: Annotated[list[str], typer.Option("-a", metavar="KEY=VALUE")] = [],  # noqa: B006
    run_id: Annotated[str, typer.Option(help="A queued run to carry out.")] = "",
    as_json: Json = False,
) -> None:
    """Crawl once; exit code 0 ok or empty, 3 blocked or log-in wall, 4 changed."""
    from scrapers.run import crawl as run_crawl  # noqa: PLC0415

    if any("=" not in pair for pair in a):
        raise typer.BadParameter("-a takes key=value")
    arguments = dict(pair.split("=", 1) for pair in a)
    result = run_crawl(_database(), get_settings(), spider, arguments, run_id)
    _show(result, as_json)
    raise typer.Exit(CRAWL_EXIT.get(result["outcome"], 1))


@app.command()
def extract(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Such as ebay-search.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="May be gzipped.")],
    url: Annotated[str, typer.Option(help="Where the page came from.")] = "",
    as_json: Json = True,  # noqa: ARG001 - it is JSON either way
) -> None:
    """Read a saved page or response as the spiders do; prints JSON."""
    from scrapers.extract import KINDS, extract_file  # noqa: PLC0415

    if kind not in KINDS:
        raise typer.BadParameter(f"no such kind; one of {', '.join(KINDS)}")
    print_json(extract_file(kind, file, url))


@app.command()
def refresh(as_json: Json = False) -> None:
    """Recompute daily tables and risk cards from what was observed."""
    from ml.refresh import refresh as run_refresh  # noqa: PLC0415

    _show(run_refresh(_database(), get_settings()), as_json)


@app.command()
def trends(
    hashtags: Annotated[list[str], typer.Argument(metavar="[HASHTAG]...")] = [],  # noqa: B006
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Show where trends stand: stage, peak so far, days expected to be left."""
    from ml.trends import trends as find_trends  # noqa: PLC0415

    rows = find_trends(_database(), hashtags, _day(as_of))
    _show({"trends": rows}, as_json, lambda _: print_rows(rows, TRENDS))


@app.command()
def match(as_json: Json = False) -> None:
    """Link products to the hashtags that speak of them."""
    from ml.matching import links  # noqa: PLC0415
    from ml.prepare import prepare  # noqa: PLC0415

    database = _database()
    prepare(database)
    rows = links(database)
    _show({"links": rows}, as_json, lambda _: print_rows(rows, LINKS))


@app.command()
def link(
    out: Annotated[Path, typer.Option(metavar="FILE.parquet")],
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Write the linked dataset, each order with what was known the day before, and
    beside it what its columns are.
    """
    from ml.dataset_file import write_dataset  # noqa: PLC0415

    result = write_dataset(_database(), get_settings(), out, _day(as_of))
    _show(result, as_json)


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
    day, database = _day(as_of), _database()
    with progress(shown=not as_json) as report:
        result = run_training(database, settings, day, report)
        report("cards", 0, 0)
        run_refresh(database, settings)
    _show(result, as_json, _print_trained)


@app.command()
def evaluate(as_json: Json = False) -> None:
    """Show the served models' figures on orders later than all they learned from, and
    write their model cards.
    """
    from ml.model_card.writing import evaluate as write_cards  # noqa: PLC0415

    result = write_cards(_database(), get_settings())
    _show(result, as_json, lambda _: print_columns(result, FIGURES))
    if not as_json:
        for purpose, found in result.items():  # whole, however narrow the terminal
            typer.echo(f"{purpose} card: {found['files']['card']}")


@app.command()
def monitor(as_json: Json = False) -> None:
    """Show what has drifted since the training, and what has grown too old."""
    from ml.monitoring.report import logger  # noqa: PLC0415
    from ml.monitoring.report import monitor as run_monitor  # noqa: PLC0415

    logger.addHandler(logging.NullHandler())  # what it logs is printed below
    _show(run_monitor(_database(), get_settings()), as_json, print_alarms)


@app.command()
def score(
    orders: Annotated[Path, typer.Option(metavar="FILE")],
    out: Annotated[Path, typer.Option(metavar="FILE.csv")],
    as_json: Json = False,
) -> None:
    """Score a file of orders, each as of its own time of purchase."""
    from ml.scoring import score_orders  # noqa: PLC0415

    _show(score_orders(_database(), get_settings(), orders, out), as_json)


@app.command()
def risk(
    title: str,
    price: Annotated[str, typer.Option(help="In TRENDGUARD_DEFAULT_CURRENCY.")] = "",
    age: Annotated[int, typer.Option(help="Show this age's own row.")] = 0,
    brand: str = "",
    as_json: Json = False,
) -> None:
    """Show the risk card of one product."""
    from ml.serving import Scorer  # noqa: PLC0415

    amount = _amount(price)
    scorer = Scorer.load(_database(), get_settings())
    card = scorer.card(title, brand=brand or None, price=amount)
    result = card.model_dump(mode="json")
    if age:
        result["own_risk"] = result["risk_by_age_band"].get(age_band(age))
    _show(result, as_json, print_card)


@app.command()
def serve(port: Annotated[int, typer.Option(help="0: any free one.")] = -1) -> None:
    """Serve the API until stopped."""
    from server.run import serve as run_server  # noqa: PLC0415

    settings = get_settings()
    open_database(settings).close()
    run_server(settings, settings.api_port if port < 0 else port)


@app.command()
def schedule() -> None:
    """Queue jobs when they are due, until stopped."""
    import scheduler  # noqa: PLC0415

    scheduler.run(_database(), get_settings())


@app.command()
def worker() -> None:
    """Carry out queued jobs, until stopped."""
    import jobs  # noqa: PLC0415

    open_database(get_settings()).close()
    jobs.work()


@admin.command("add")
def admin_add(name: str, as_json: Json = False) -> None:
    """Add an administrator; the token is shown this once."""
    from server.access import add_admin  # noqa: PLC0415

    _show({"name": name, "token": add_admin(_database(), name)}, as_json)


@models.command("list")
def models_list(as_json: Json = False) -> None:
    """List every registered model, the newest first."""
    from ml.registry.versions import all_models  # noqa: PLC0415

    rows = [row.model_dump() | row.figures for row in all_models(_database())]
    shown = [dict.fromkeys(MODELS) | row for row in rows]
    _show({"models": rows}, as_json, lambda _: print_rows(shown, MODELS))


@models.command("promote")
def models_promote(version: str, as_json: Json = False) -> None:
    """Serve this model from now on, and make the cards anew with it."""
    from ml.registry.roles import promote  # noqa: PLC0415

    database, settings = _database(), get_settings()
    changed = promote(database, settings, version, actor="cli", why="asked for")
    _serve_anew(database)
    _show({"version": version, "role": "champion", "changed": changed}, as_json)


@models.command("rollback")
def models_rollback(purpose: Purposes = "", as_json: Json = False) -> None:
    """Serve again what was served before, and make the cards anew with it."""
    from ml.registry.roles import roll_back_all  # noqa: PLC0415

    database, settings = _database(), get_settings()
    result = roll_back_all(database, settings, purpose, actor="cli")
    _serve_anew(database)
    _show(result, as_json, print_columns)


def main() -> None:
    """Run the command line; our own errors end it with one line and code 1."""
    try:
        app()
    except TrendGuardError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print("[red]error:[/red]", Text(str(error)))
        sys.exit(1)


def _database() -> Database:
    return open_database(get_settings())


def _serve_anew(database: Database) -> None:
    from ml.refresh import refresh as run_refresh  # noqa: PLC0415

    run_refresh(database, database.settings)


def _print_trained(result: dict[str, Any]) -> None:
    print_columns(result, FIGURES)
    print_verdicts(result)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date (YYYY-MM-DD)") from error


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation as error:
        raise typer.BadParameter(f"{text!r} is not a price such as 29.99") from error
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise typer.BadParameter(f"{text!r} is not a price such as 29.99")
    return amount


def _show(
    result: Any,
    as_json: bool,
    to_people: Callable[[Any], None] = print_facts,
) -> None:
    if as_json:
        print_json(result)
    else:
        to_people(result)


if __name__ == "__main__":
    main()
