"""stars: what the buyers of a product give it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema; the next refresh makes the rows anew."""
    op.execute("DELETE FROM product_day")
    with op.batch_alter_table("product_day") as product_day:
        product_day.add_column(sa.Column("rating_mean", sa.Float(), nullable=True))
        product_day.add_column(
            sa.Column("rating_as_of", sa.DateTime(timezone=True), nullable=True)
        )
        product_day.add_column(
            sa.Column("rating_n", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("product_day") as product_day:
        product_day.alter_column("rating_n", server_default=None)


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table("product_day") as product_day:
        for name in ("rating_mean", "rating_as_of", "rating_n"):
            product_day.drop_column(name)
