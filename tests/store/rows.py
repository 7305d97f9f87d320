"""Rows of which a test cares for a few columns only."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import AutoString

from store.bulk import sql_table
from store.tables.base import UtcDateTime

SOME = {int: 0, float: 0.0, bool: False, date: date(2026, 5, 1)}
OURS = {JSON: {}, AutoString: "", UtcDateTime: datetime(2026, 5, 1, tzinfo=UTC)}


def filled(table: type, **given: Any) -> Any:
    """Return a row with some value in every column that must have one."""
    wanted = {
        column.name: _some(column.type)
        for column in sql_table(table).columns
        if not column.nullable and column.name not in given
    }
    return table(**wanted, **given)


def _some(kind: Any) -> Any:
    ours = OURS.get(type(kind))
    return SOME[kind.python_type] if ours is None else ours
