"""recent returns: how many of a product came back within a month."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema; the next refresh makes the rows anew."""
    op.execute("DELETE FROM product_day")
    with op.batch_alter_table("product_day") as batch_op:
        batch_op.add_column(
            sa.Column(
                "recent_return_n", sa.Integer(), nullable=False, server_default="0"
            )
        )
    with op.batch_alter_table("product_day") as batch_op:
        batch_op.alter_column("recent_return_n", server_default=None)


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table("product_day") as batch_op:
        batch_op.drop_column("recent_return_n")
