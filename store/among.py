"""Rows of many named things: the names go as one value, however many they are."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, func, literal, select
from sqlmodel import Session


def among(
    session: Session, column: ColumnElement[str], names: Collection[str]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of these names.

    A list of thousands after ``IN`` takes a database longer to read than to answer, and
    has a limit.
    """
    listed: ColumnElement[Any] = literal(json.dumps(list(names)))
    if session.get_bind().dialect.name == "sqlite":
        rows = func.json_each(listed).table_valued("value")
    else:
        rows = func.json_array_elements_text(cast(listed, JSON)).table_valued("value")
    return column.in_(select(rows.c.value))
