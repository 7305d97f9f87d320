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
    "hashtag_day": [
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("wave_peak_views", sa.Float(), nullable=False),
    ],
    "listing": [
        sa.Column("same_product_id", sa.String(), nullable=True),
        sa.Column("same_confidence", sa.Float(), nullable=True),
        sa.Column("refused_for", sa.String(), nullable=True),
    ],
    "review": [
        sa.Column("regret_score", sa.Float(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
    ],
    "product_day": [
        sa.Column("resale_drop_low", sa.Float(), nullable=True),
        sa.Column("resale_drop_high", sa.Float(), nullable=True),
        sa.Column("resale_median_sold_usd", sa.Float(), nullable=True),
        sa.Column("resale_sold_n", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("regret_talk", sa.Float(), nullable=True),
        sa.Column("other_language_n", sa.Integer(), nullable=False, server_default="0"),
    ],
}

# Changed rows are read back by when they became known.
KNOWN_AT = {
    "hashtag_snapshot": "observed_at",
    "video": "observed_at",
    "listing": "observed_at",
    "review": "reviewed_at",
    "order": "purchased_at",
    "return": "returned_at",
}


def upgrade() -> None:
    """Change the schema."""
    for table in ("hashtag_day", "product_day"):
        op.execute(f"DELETE FROM {table}")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.add_column(_fresh(column))
    for table, column_name in KNOWN_AT.items():
        op.create_index(f"ix_{table}_{column_name}", table, [column_name])
    op.drop_index("ix_order_product_id", table_name="order")
    op.create_table(
        "change",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("changed_table", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("change_id"),
    )
    op.create_table(
        "category_day",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("return_n", sa.Integer(), nullable=False),
        sa.Column("returned_n", sa.Integer(), nullable=False),
        sa.Column("shop_return_rate", sa.Float(), nullable=True),
        sa.Column("regret_talk", sa.Float(), nullable=True),
        sa.Column("ask_over_sold_log", sa.Float(), nullable=False),
        sa.Column("new_over_used_log", sa.Float(), nullable=False),
        sa.Column("resale_spread_log", sa.Float(), nullable=False),
        sa.Column("resale_log", sa.Float(), nullable=True),
        sa.Column("resale_lean_n", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("category", "day"),
    )
    op.create_index("ix_category_day_day", "category_day", ["day"])


def downgrade() -> None:
    """Change it back."""
    op.drop_table("category_day")
    op.drop_table("change")
    op.create_index("ix_order_product_id", "order", ["product_id"])
    for table, column_name in KNOWN_AT.items():
        op.drop_index(f"ix_{table}_{column_name}", table_name=table)
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)


def _fresh(column: sa.Column[Any]) -> sa.Column[Any]:
    # A column belongs to the table it was first given to.
    default: Any = column.server_default
    return sa.Column(
        column.name,
        column.type,
        nullable=column.nullable,
        server_default=None if default is None else default.arg,
    )
