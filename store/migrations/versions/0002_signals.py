"""signals: more that is known of hashtags, listings, reviews and products."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What is computed is made again by the next refresh, so it may be thrown away.
NEW_COLUMNS: dict[str, list[sa.Column[Any]]] = {
    "hashtag_day": [],
    "listing": [],
    "review": [],
    "product_day": [],
}


def upgrade() -> None:
    """Change the schema."""
    for table in ("hashtag_day", "product_day"):
        op.execute(f"DELETE FROM {table}")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.add_column(column.copy())


def downgrade() -> None:
    """Change it back."""
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
