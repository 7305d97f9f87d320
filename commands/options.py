"""What several commands take, and how all of them give."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import typer

from store.database import Database, open_database
from store.settings import get_settings
from terminal import print_facts, print_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str, typer.Option(help="Use only what was known then (YYYY-MM-DD).")]
Arguments = Annotated[list[str], typer.Option("-a", metavar="KEY=VALUE")]


def pairs(given: list[str]) -> dict[str, str]:
    """Return what ``-a`` options name, as a mapping.

    >>> pairs(["query=wide = narrow"])
    {'query': 'wide = narrow'}

    Raises
    ------
    typer.BadParameter
        If one of them is no pair.
    """
    if any("=" not in pair for pair in given):
        raise typer.BadParameter("-a takes key=value")
    return dict(pair.split("=", 1) for pair in given)


def opened() -> Database:
    """Return the database of the settings, open."""
    return open_database(get_settings())


def to_day(text: str) -> date | None:
    """Return the day that an option names; none for an empty one.

    Raises
    ------
    typer.BadParameter
        If it is no date.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date (YYYY-MM-DD)") from error


def show(
    result: Any,
    as_json: bool,
    to_people: Callable[[Any], None] = print_facts,
) -> None:
    """Print a result: as JSON, or as people read it."""
    if as_json:
        print_json(result)
    else:
        to_people(result)
