"""For whom a drop's goods are, what came of them and what is left; households served, as blinded tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Json, Key, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = ("round", "plan", "arrived", "left_over", "served")


def upgrade() -> None:
    op.add_column("supply_drops", sa.Column("round", sa.Text(), nullable=True))
    for name in ("plan", "arrived", "left_over"):
        op.add_column("supply_drops", sa.Column(name, Json(), nullable=True))
    op.add_column("supply_drops", sa.Column("served", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_supply_drops_round"), "supply_drops", ["round"], unique=False)
    op.create_table(
        "drop_servings",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("drop_id", Key, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("press", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round", "token", name=op.f("pk_drop_servings")),
    )
    op.create_index(op.f("ix_drop_servings_drop_id"), "drop_servings", ["drop_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_drop_servings_drop_id"), table_name="drop_servings")
    op.drop_table("drop_servings")
    op.drop_index(op.f("ix_supply_drops_round"), table_name="supply_drops")
    for name in reversed(COLUMNS):
        op.drop_column("supply_drops", name)
