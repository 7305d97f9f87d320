"""card buckets: cards cut into buckets when they are made, not when they are asked for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema; the next refresh makes cards and buckets anew."""
    op.execute("DELETE FROM risk_card")
    op.create_table(
        "card_bucket",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("card_count", sa.Integer(), nullable=False),
        sa.Column("json_bytes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("prefix"),
    )
    op.create_table(
        "card_catalogue",
        sa.Column("catalogue_id", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("prefix_length", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("card_count", sa.Integer(), nullable=False),
        sa.Column("smallest", sa.Integer(), nullable=False),
        sa.Column("median", sa.Integer(), nullable=False),
        sa.Column("largest_body_bytes", sa.Integer(), nullable=False),
        sa.Column("largest_json_bytes", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("catalogue_id"),
    )


def downgrade() -> None:
    """Change it back."""
    op.drop_table("card_catalogue")
    op.drop_table("card_bucket")
