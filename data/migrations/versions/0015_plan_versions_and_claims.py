"""Versions of a plan with the terms each was made on, and organizations' claims on cells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Json, Key, Moment

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("follows", Key, nullable=True))
    op.add_column("plans", sa.Column("terms", Json(), nullable=False, server_default="{}"))
    op.create_index("ix_plans_follows", "plans", ["follows"])
    op.create_table(
        "cell_claims",
        sa.Column("id", Key, nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("near", sa.Text(), nullable=False),
        sa.Column("cells", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_claims")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cell_claims_until", "cell_claims", ["until"])


def downgrade() -> None:
    op.drop_table("cell_claims")
    op.drop_index("ix_plans_follows", "plans")
    for name in ("terms", "follows"):
        op.drop_column("plans", name)
