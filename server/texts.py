"""Text as it may come from outside."""

from typing import Annotated

from pydantic import AfterValidator


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("a NUL character is in it")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("half a character is in it")
    return value


PlainText = Annotated[str, AfterValidator(_storable)]
