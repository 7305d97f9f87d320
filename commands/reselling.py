"""`trendguard resale`: drafts of second-hand listings of what came back."""

from pathlib import Path
from typing import Annotated

import typer

from commands.options import Json, opened, show
from store.settings import get_settings
from terminal import print_rows

app = typer.Typer(
    help="Drafts of second-hand listings of what came back.", no_args_is_help=True
)

COLUMNS = {"order_id": "order", "site": "site", "title": "title", "price": "price"}
Sites = Annotated[str, typer.Option("--site", help="poshmark; eBay has an API.")]
Submits = Annotated[bool, typer.Option("--submit", help="Send the form off, too.")]
Pictures = Annotated[
    Path | None, typer.Option("--picture", help="Save a picture of the filled page.")
]


@app.command("drafts")
def resale_drafts(as_json: Json = False) -> None:
    """Draft what came back with a high risk, and list all drafts."""
    from interventions.resale import draft_listings  # noqa: PLC0415
    from interventions.resale.listing import listed  # noqa: PLC0415

    database = opened()
    made = draft_listings(database, get_settings())
    rows = listed(database)
    show({"made": made, "drafts": rows}, as_json, lambda _: print_rows(rows, COLUMNS))


@app.command("post")
def resale_post(
    order_id: str,
    site: Sites = "poshmark",
    submit: Submits = False,
    picture: Pictures = None,
    as_json: Json = False,
) -> None:
    """Fill in a site's selling page from a draft; stop before it is sent off."""
    from interventions.resale.form import fill_form  # noqa: PLC0415
    from interventions.resale.listing import poshmark_fields  # noqa: PLC0415
    from scrapers.browser import browser_launch_options  # noqa: PLC0415

    settings = get_settings()
    fields = poshmark_fields(opened(), order_id, site)
    launch = browser_launch_options(settings)
    result = fill_form(
        settings.poshmark_url, fields, launch, submit=submit, picture=picture
    )
    show(result, as_json)
