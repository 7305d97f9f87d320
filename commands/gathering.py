"""What comes in: imports, crawls, saved pages."""

from pathlib import Path
from typing import Annotated

import typer

from commands.options import Arguments, Json, opened, pairs, show
from store.settings import get_settings
from terminal import crawl_progress, print_json, print_rows

app = typer.Typer()

IMPORTED = {
    name: name
    for name in (
        "file",
        "read",
        "added",
        "updated",
        "unchanged",
        "rejected",
        "forgotten",
    )
} | {"rejects_file": "see"}
CRAWL_EXIT = {"ok": 0, "empty": 0, "blocked": 3, "login_wall": 3, "changed": 4}


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="CSV or Parquet.")],
    as_json: Json = False,
) -> None:
    """Import a folder of orders, returns, products and signals."""
    from store.importing import import_folder  # noqa: PLC0415

    report = import_folder(opened(), get_settings(), folder)
    show(report.as_dict(), as_json, lambda _: print_rows(report.rows(), IMPORTED))


@app.command()
def crawl(
    spider: Annotated[str, typer.Argument(metavar="SPIDER")],
    a: Arguments = [],  # noqa: B006
    run_id: Annotated[str, typer.Option(help="A queued run to carry out.")] = "",
    as_json: Json = False,
) -> None:
    """Crawl once; exit code 0 ok or empty, 3 blocked or log-in wall, 4 changed."""
    from scrapers.run import crawl as run_crawl  # noqa: PLC0415

    arguments = pairs(a)
    with crawl_progress() as told:
        result = run_crawl(
            opened(), get_settings(), spider, arguments, run_id, told=told
        )
    show(result, as_json)
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
