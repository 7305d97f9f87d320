"""nights: predictions, experiments, deliveries, consent, people who were forgotten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "night",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "prediction",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("risk", sa.Float(), nullable=True),
        sa.Column("risk_low", sa.Float(), nullable=True),
        sa.Column("risk_high", sa.Float(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("trained_on", sa.String(), nullable=False),
        sa.Column("predicted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.order_id"]),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("ix_prediction_night", "prediction", ["night"])
    op.create_table(
        "listing_draft",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.order_id"]),
        sa.PrimaryKeyConstraint("order_id", "site"),
    )
    op.create_table(
        "consent",
        sa.Column("customer_pseudonym", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_pseudonym", "purpose", "decided_at"),
    )
    op.create_table(
        "forgotten",
        sa.Column("person_hash", sa.String(), nullable=False),
        sa.Column("forgotten_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("person_hash"),
    )
    with op.batch_alter_table("intervention") as batch_op:
        batch_op.add_column(sa.Column("night", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("experiment", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("arm", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("value_minor", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_intervention_night", ["night"])
    with op.batch_alter_table("delivery") as batch_op:
        for name in ("not_before", "claimed_at"):
            column = sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            batch_op.add_column(column)
        batch_op.add_column(sa.Column("error", sa.String(), nullable=True))
        batch_op.create_index("ix_delivery_not_before", ["not_before"])


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_index("ix_delivery_not_before")
        for name in ("error", "claimed_at", "not_before"):
            batch_op.drop_column(name)
    with op.batch_alter_table("intervention") as batch_op:
        batch_op.drop_index("ix_intervention_night")
        for name in ("value_minor", "arm", "experiment", "night"):
            batch_op.drop_column(name)
    for table in ("forgotten", "consent", "listing_draft", "prediction", "night"):
        op.drop_table(table)
