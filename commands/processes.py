"""What runs until it is stopped: server, scheduler, worker."""

from typing import Annotated

import typer

from commands.options import opened
from store.database import open_database
from store.settings import get_settings

app = typer.Typer()


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

    scheduler.run(opened(), get_settings())


@app.command()
def worker() -> None:
    """Carry out queued jobs, until stopped."""
    from jobs.work import work  # noqa: PLC0415

    open_database(get_settings()).close()
    work()
