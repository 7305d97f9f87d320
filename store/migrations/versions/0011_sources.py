"""Sites that are paused or left alone; watches that follow their trend."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "source",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("spared_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    with op.batch_alter_table("crawl_run") as crawl_run:
        crawl_run.add_column(
            sa.Column("source", sa.String(), nullable=False, server_default="")
        )
    # Spiders are named after their site until here.
    op.execute(
        "UPDATE crawl_run SET source = CASE WHEN spider LIKE 'ebay%' THEN 'ebay'"
        " WHEN spider LIKE 'poshmark%' THEN 'poshmark'"
        " WHEN spider LIKE 'tiktok%' THEN 'tiktok' ELSE spider END"
    )
    with op.batch_alter_table("crawl_run") as crawl_run:
        crawl_run.alter_column("source", server_default=None)
    op.create_index("ix_crawl_run_source", "crawl_run", ["source"])
    with op.batch_alter_table("watch") as watch:
        watch.add_column(
            sa.Column("adapts", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        watch.add_column(sa.Column("last_run_id", sa.String(), nullable=True))
    # What nobody set by hand follows its trend.
    op.execute("UPDATE watch SET adapts = true WHERE asked_by <> 'admin'")
    with op.batch_alter_table("watch") as watch:
        watch.alter_column("adapts", server_default=None)


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table("watch") as watch:
        watch.drop_column("last_run_id")
        watch.drop_column("adapts")
    op.drop_index("ix_crawl_run_source", table_name="crawl_run")
    with op.batch_alter_table("crawl_run") as crawl_run:
        crawl_run.drop_column("source")
    op.drop_table("source")
