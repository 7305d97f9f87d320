"""What people look at: alerts, findings, the Power BI project."""

from pathlib import Path
from typing import Annotated

import typer

from commands.options import Json, opened, show
from store.files import replaced
from store.settings import get_settings
from terminal import print_rows

app = typer.Typer()
alerts = typer.Typer(help="What a person should act on.", no_args_is_help=True)
export = typer.Typer(help="Write what other tools read.", no_args_is_help=True)

ALERTS = {
    "alert_key": "alert",
    "raised_at": "raised",
    "text": "what",
    "sent": "sent by",
    "acknowledged_by": "noted by",
}


@export.command()
def powerbi(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to.")],
    as_json: Json = False,
) -> None:
    """Write a star schema in Parquet and a Power BI project that opens on it."""
    from reporting.powerbi.export import export_powerbi  # noqa: PLC0415

    show(export_powerbi(opened(), get_settings(), folder), as_json)


@app.command()
def findings(as_json: Json = False) -> None:
    """Compute what takes too long for a page: drivers of regret, effects."""
    from reporting.findings.computing import find  # noqa: PLC0415

    show(find(opened(), get_settings()), as_json)


@app.command()
def report(
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="Where to.")],
    *,
    from_day: Annotated[str, typer.Option("--from", metavar="DATE")] = "",
    to_day: Annotated[str, typer.Option("--to", metavar="DATE")] = "",
    category: str = "",
    hashtag: str = "",
    as_json: Json = False,
) -> None:
    """Write the dashboard's figures as one page to be printed or sent."""
    from server.dashboard.report import report as written  # noqa: PLC0415

    days = {"from": from_day, "to": to_day}
    database, settings = opened(), get_settings()
    text = written(database, settings, **days, category=category, hashtag=hashtag)
    database.close()
    with replaced(out) as draft:
        draft.write_text(text, encoding="utf-8")
    show({"report": str(out), "bytes": len(text.encode())}, as_json)


@alerts.command("list")
def alerts_list(
    every: Annotated[
        bool, typer.Option("--all", help="Those somebody took note of, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List alerts, the newest first."""
    from reporting.alerts.listing import listed  # noqa: PLC0415

    with opened().reading() as session:
        rows = listed(session, every=every)
    show({"alerts": rows}, as_json, lambda _: print_rows(rows, ALERTS))


@alerts.command("check")
def alerts_check(as_json: Json = False) -> None:
    """Raise what the newest week calls for, and send what is due."""
    from reporting.alerts.raising import raise_alerts  # noqa: PLC0415
    from reporting.alerts.sending import send_alerts  # noqa: PLC0415

    database, settings = opened(), get_settings()
    raised = raise_alerts(database, settings)
    show({"raised": raised} | send_alerts(database, settings), as_json)


@alerts.command("acknowledge")
def alerts_acknowledge(alert_key: str, as_json: Json = False) -> None:
    """Note that somebody took note of an alert."""
    from reporting.alerts.raising import acknowledge  # noqa: PLC0415

    with opened().writing() as session:
        new = acknowledge(session, alert_key, actor="cli")
    show({"alert_key": alert_key, "acknowledged": new}, as_json)
