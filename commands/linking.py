"""What is made of it: daily tables, trends, links, the linked dataset."""

from pathlib import Path
from typing import Annotated

import typer

from commands.options import AsOf, Json, opened, show, to_day
from store.settings import get_settings
from terminal import print_rows

app = typer.Typer()

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


@app.command()
def refresh(as_json: Json = False) -> None:
    """Recompute daily tables and risk cards from what was observed."""
    from ml.refresh import refresh as run_refresh  # noqa: PLC0415

    show(run_refresh(opened(), get_settings()), as_json)


@app.command()
def trends(
    hashtags: Annotated[list[str], typer.Argument(metavar="[HASHTAG]...")] = [],  # noqa: B006
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Show where trends stand: stage, peak so far, days expected to be left."""
    from ml.trends import trends as find_trends  # noqa: PLC0415

    rows = find_trends(opened(), hashtags, to_day(as_of))
    show({"trends": rows}, as_json, lambda _: print_rows(rows, TRENDS))


@app.command()
def match(as_json: Json = False) -> None:
    """Link products to the hashtags that speak of them."""
    from ml.matching import links  # noqa: PLC0415
    from ml.prepare import prepare  # noqa: PLC0415

    database = opened()
    prepare(database)
    rows = links(database)
    show({"links": rows}, as_json, lambda _: print_rows(rows, LINKS))


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

    result = write_dataset(opened(), get_settings(), out, to_day(as_of))
    show(result, as_json)
