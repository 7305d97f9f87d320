"""`trendguard deliveries`: messages on their way, and those that did not arrive."""

from typing import Annotated

import typer

from commands.options import Json, opened, show
from store.settings import get_settings
from terminal import print_rows

app = typer.Typer(
    help="Messages on their way, and those that did not arrive.", no_args_is_help=True
)

COLUMNS = {
    "intervention_id": "intervention",
    "channel": "channel",
    "kind": "kind",
    "order_id": "order",
    "state": "state",
    "attempts": "tries",
    "error": "what went wrong",
}
States = Annotated[
    str,
    typer.Option(
        "--state",
        help="pending, sending, sent, dropped, dead or uncertain; all by default.",
    ),
]
Channels = Annotated[
    str, typer.Option("--channel", help="email, sms or webhook; all by default.")
]
Most = Annotated[int, typer.Option("--most", min=1, help="At most so many.")]


@app.command("list")
def deliveries_list(
    state: States = "", most: Most = 1000, as_json: Json = False
) -> None:
    """List messages, the newest first; no address is among it."""
    from interventions.channels.listing import listed  # noqa: PLC0415

    rows = listed(opened(), state, most)
    show({"deliveries": rows}, as_json, lambda _: print_rows(rows, COLUMNS))


@app.command("send")
def deliveries_send(as_json: Json = False) -> None:
    """Send what is due by every channel that is set up."""
    from interventions.channels import deliver  # noqa: PLC0415

    show(deliver(opened(), get_settings()), as_json)


@app.command("retry")
def deliveries_retry(
    intervention_id: str, channel: Channels = "", as_json: Json = False
) -> None:
    """Put a dead or uncertain message back; an uncertain one may arrive twice."""
    from interventions.channels.listing import retry  # noqa: PLC0415

    put_back = retry(opened(), intervention_id, channel, actor="cli")
    show({"intervention_id": intervention_id, "pending": put_back}, as_json)
