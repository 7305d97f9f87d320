"""What all tables share: described columns and aware UTC times."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from sqlmodel._compat import SQLModelConfig


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Turn any aware time into UTC; SQLite keeps it without the offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: times in the store are UTC")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy passes it by position
    ) -> datetime | None:
        """Give the time back aware."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class Table(SQLModel):
    """Base of every table; the docstring under a column is its description."""

    model_config = SQLModelConfig(
        use_attribute_docstrings=True, protected_namespaces=()
    )

    @classmethod
    def table_name(cls) -> str:
        """Return the table's name in the database."""
        return str(cls.__tablename__)

    @classmethod
    def column_names(cls) -> list[str]:
        """Return the column names, in the order they were declared."""
        return list(cls.model_fields)

    @classmethod
    def key_names(cls) -> list[str]:
        """Return the names of the primary key's columns."""
        table: Any = cls.metadata.tables[cls.table_name()]
        return [column.name for column in table.primary_key]
