"""What is kept of crawls for a person to look at: log, samples, coverage, signs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ADDED = {"page_items": "[]", "coverage": "{}", "signs": "{}"}


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table("crawl_run") as crawl_run:
        for name, empty in ADDED.items():
            crawl_run.add_column(
                sa.Column(name, sa.JSON(), nullable=False, server_default=empty)
            )
    with op.batch_alter_table("crawl_run") as crawl_run:
        for name in ADDED:
            crawl_run.alter_column(name, server_default=None)
    op.create_table(
        "crawl_log",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["crawl_run.run_id"]),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "crawl_sample",
        sa.Column("sample_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["crawl_run.run_id"]),
        sa.PrimaryKeyConstraint("sample_id"),
    )
    op.create_index("ix_crawl_sample_run_id", "crawl_sample", ["run_id"])
    op.create_index("ix_crawl_sample_kept_at", "crawl_sample", ["kept_at"])


def downgrade() -> None:
    """Change it back."""
    op.drop_table("crawl_sample")
    op.drop_table("crawl_log")
    with op.batch_alter_table("crawl_run") as crawl_run:
        for name in ADDED:
            crawl_run.drop_column(name)
