"""Claims that were extended, and the figures of closed months as they were when the month closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Json, Moment

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("needs", sa.Column("claim_extended", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "closed_months",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("computed_at", Moment(), nullable=False),
        sa.Column("figures", Json(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_months")),
    )


def downgrade() -> None:
    op.drop_table("closed_months")
    op.drop_column("needs", "claim_extended")
