"""The `trendguard` command: one thin door a job; what they do stands in `commands`."""

import sys

import typer
from rich.console import Console
from rich.text import Text

from commands import (
    acting,
    admin,
    delivering,
    demo,
    experiment,
    gathering,
    learning,
    linking,
    models,
    operating,
    privacy,
    processes,
    reporting,
    reselling,
    schema,
    scoring,
)
from store.errors import TrendGuardError

app = typer.Typer(
    help="How likely buyers are to regret a product that TikTok made famous.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for group in (
    demo,
    gathering,
    linking,
    learning,
    scoring,
    acting,
    experiment,
    privacy,
    reporting,
    processes,
):
    app.add_typer(group.app)
app.add_typer(operating.crawls, name="crawls")
app.add_typer(operating.sources, name="sources")
app.add_typer(operating.watches, name="watches")
app.add_typer(schema.app, name="db")
app.add_typer(admin.app, name="admin")
app.add_typer(models.app, name="models")
app.add_typer(delivering.app, name="deliveries")
app.add_typer(reselling.app, name="resale")
app.add_typer(privacy.consent, name="consent")
app.add_typer(privacy.key, name="key")
app.add_typer(reporting.alerts, name="alerts")
app.add_typer(reporting.export, name="export")


def main() -> None:
    """Run the command line; our own errors end it with one line and code 1."""
    try:
        app()
    except TrendGuardError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print("[red]error:[/red]", Text(str(error)))
        sys.exit(1)


if __name__ == "__main__":
    main()
