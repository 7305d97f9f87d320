"""What people may ask for: to be left alone, to see what is kept, to be forgotten."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.options import Json, opened, show
from store.settings import get_settings
from terminal import print_facts, print_rows

app = typer.Typer()
consent = typer.Typer(help="What people allowed.", no_args_is_help=True)

key = typer.Typer(help="The key of the pseudonyms.", no_args_is_help=True)

Customer = Annotated[
    str,
    typer.Argument(
        metavar="CUSTOMER_ID",
        help="As the shop has it; - reads it from standard input, out of the history.",
    ),
]


@consent.command("import")
def consent_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet.")],
    as_json: Json = False,
) -> None:
    """Import decisions: customer_id, purpose, decided_at, is_given, source."""
    from store.importing import import_consents  # noqa: PLC0415

    show(vars(import_consents(opened(), get_settings(), file)), as_json)


@key.command("rotate")
def key_rotate(as_json: Json = False) -> None:
    """Add a key and bring every pseudonym under it; back the key file up then."""
    from store.people.rotation import rotate  # noqa: PLC0415

    show(rotate(opened(), get_settings()), as_json)


@app.command("opt-out")
def opt_out(
    customer_id: Customer,
    channel: Annotated[str, typer.Option(help="email, sms, webhook or all.")] = "all",
    as_json: Json = False,
) -> None:
    """Write to a person no more, by one channel or by any."""
    from store.people.opting_out import opt_out_customer  # noqa: PLC0415

    settings = get_settings()
    is_new = opt_out_customer(opened(), settings, _id(customer_id), channel)
    show({"channel": channel, "new": is_new}, as_json)


@app.command()
def subject(
    customer_id: Customer,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JSON there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or write all that is kept about one person."""
    from store.people.subject import subject as find  # noqa: PLC0415
    from store.people.subject import write_subject  # noqa: PLC0415

    database, settings, person = opened(), get_settings(), _id(customer_id)
    found = find(database, settings, person)
    if out:
        write_subject(settings, person, found, out)
        show({"out": str(out), "rows": _counts(found)}, as_json)
    else:
        show(found, as_json, _print_subject)


@app.command()
def forget(customer_id: Customer, as_json: Json = False) -> None:
    """Erase one person for good, and leave out what is imported about them later."""
    from store.people.forgetting import forget as run_forget  # noqa: PLC0415

    show(run_forget(opened(), get_settings(), _id(customer_id)), as_json)


def _id(said: str) -> str:
    customer_id = (sys.stdin.readline() if said == "-" else said).strip()
    if not customer_id:
        raise typer.BadParameter("the customer id is empty")
    return customer_id


def _counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: len(table["rows"]) for name, table in found["tables"].items()}


def _print_subject(found: dict[str, Any]) -> None:
    print_facts({"customer_pseudonym": found["customer_pseudonym"]})
    for name, table in (found["tables"] | found["mentions"]).items():
        typer.echo(f"\n{name}: {table['about']}")
        print_rows(table["rows"], {column: column for column in table["columns"]})
    print_facts({"files": found["files"], "never kept": found["never_kept"]})
