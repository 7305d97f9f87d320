"""access: passwords and sessions; tokens have a name of their own and can be revoked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "admin_session",
        sa.Column("session_sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["admin_user.name"]),
        sa.PrimaryKeyConstraint("session_sha256"),
    )
    op.create_index("ix_admin_session_name", "admin_session", ["name"])
    with op.batch_alter_table("admin_user") as batch_op:
        batch_op.add_column(sa.Column("password_hash", sa.String(), nullable=True))
    with op.batch_alter_table("api_token") as batch_op:
        batch_op.add_column(sa.Column("token_id", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("label", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("last_used_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True)
        )
    op.execute("UPDATE api_token SET token_id = substr(token_sha256, 1, 16)")
    with op.batch_alter_table("api_token") as batch_op:
        batch_op.alter_column("label", server_default=None)
        batch_op.alter_column("token_id", nullable=False)
        batch_op.create_unique_constraint("uq_api_token_token_id", ["token_id"])


def downgrade() -> None:
    """Change it back; what was revoked must not work again."""
    op.execute("DELETE FROM api_token WHERE revoked_at IS NOT NULL")
    with op.batch_alter_table("api_token") as batch_op:
        batch_op.drop_constraint("uq_api_token_token_id", type_="unique")
        for column in ("revoked_at", "last_used_on", "label", "token_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("admin_user") as batch_op:
        batch_op.drop_column("password_hash")
    op.drop_table("admin_session")
