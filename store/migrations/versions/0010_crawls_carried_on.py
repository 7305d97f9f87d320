"""Crawls that are carried on where they were killed; prices judged by their query."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table("crawl_run") as crawl_run:
        crawl_run.add_column(
            sa.Column("place", sa.JSON(), nullable=False, server_default="{}")
        )
        crawl_run.add_column(
            sa.Column("attempt_count", sa.Integer(), nullable=False, server_default="0")
        )
        crawl_run.add_column(sa.Column("claimed_at", sa.DateTime(True)))
    with op.batch_alter_table("crawl_run") as crawl_run:
        crawl_run.alter_column("place", server_default=None)
        crawl_run.alter_column("attempt_count", server_default=None)
    op.create_index("ix_listing_query", "listing", ["query"])


def downgrade() -> None:
    """Change it back."""
    op.drop_index("ix_listing_query", table_name="listing")
    with op.batch_alter_table("crawl_run") as crawl_run:
        crawl_run.drop_column("claimed_at")
        crawl_run.drop_column("attempt_count")
        crawl_run.drop_column("place")
