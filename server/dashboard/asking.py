"""What a page was asked for: days, category and hashtag of its address."""

from datetime import date
from typing import NamedTuple

from flask import request
from sqlmodel import Session

from reporting.figures.filters import Filter, Span, asked_filter, read_span
from reporting.figures.over_time import category_names
from store.errors import InvalidError, RequestError

MOST_CHARACTERS = 200


class Asked(NamedTuple):
    """What is shown, and what could be asked for."""

    part: Filter
    """The part of the shop and the days."""

    span: Span
    """The days there are."""

    categories: list[str] | None
    """All there are; None where there is nothing to choose from."""


def read_asked(session: Session) -> Asked | None:
    """Return what is asked for; None while there is nothing to show.

    Raises
    ------
    InvalidError
        If a part of the address makes no sense.
    """
    span = read_span(session)
    if span is None:
        return None
    try:
        part = asked_filter(
            span, _day("from"), _day("to"), _text("category"), _text("hashtag")
        )
    except RequestError as error:
        raise InvalidError(str(error)) from error
    return Asked(part, span, category_names(session))


def line_of_text(text: str) -> str:
    """Return what can be a name in the store.

    Raises
    ------
    InvalidError
        If it is none: too long, or with what can't be seen.
    """
    if len(text) > MOST_CHARACTERS or not text.isprintable():
        raise InvalidError(f"names are a line of {MOST_CHARACTERS} characters at most")
    return text


def _text(name: str) -> str | None:
    return line_of_text(request.args.get(name, "")) or None


def _day(name: str) -> date | None:
    text = request.args.get(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidError("a day is written as 2026-03-01") from error
    # Further away nothing can be counted back from it.
    if not 1900 < day.year < 9000:
        raise InvalidError("there is nothing at that time")
    return day
