"""Alembic's entry: runs on the connection that `store.database` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

from store.tables import ALL, UtcDateTime

assert ALL  # importing the tables fills SQLModel.metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types into migrations as plain SQLAlchemy."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
