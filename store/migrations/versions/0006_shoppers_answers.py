"""shoppers' answers: how long a thing was owned, and counted look-ups."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "lookup",
        sa.Column("query_pseudonym", sa.String(), nullable=False),
        sa.Column("ask_count", sa.Integer(), nullable=False),
        sa.Column("day_count", sa.Integer(), nullable=False),
        sa.Column("last_asked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("query_pseudonym"),
    )
    op.create_index(op.f("ix_lookup_last_asked_on"), "lookup", ["last_asked_on"])
    with op.batch_alter_table("outcome") as batch_op:
        batch_op.add_column(sa.Column("days_owned", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table("outcome") as batch_op:
        batch_op.drop_column("days_owned")
    op.drop_index(op.f("ix_lookup_last_asked_on"), table_name="lookup")
    op.drop_table("lookup")
