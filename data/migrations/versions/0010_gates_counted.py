"""What is counted at checkpoints and why one is closed; the days on which hours are not those of their weekday."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Key, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COUNTED = ("passed", "temperature_high", "referred")


def upgrade() -> None:
    op.add_column("checkpoints", sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "gate_counts",
        sa.Column("checkpoint_id", Key, autoincrement=False, nullable=False),
        sa.Column("quarter", Moment(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED),
        sa.PrimaryKeyConstraint("checkpoint_id", "quarter", name=op.f("pk_gate_counts")),
    )
    op.create_table(
        "gate_presses",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("checkpoint_id", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("quarter", Moment(), nullable=True),
        sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gate_presses")),
    )
    op.create_index("ix_gate_presses_checkpoint_id_received_at", "gate_presses", ["checkpoint_id", "received_at"])
    op.create_table(
        "gate_hand_overs",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("checkpoint_id", Key, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTED),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gate_hand_overs")),
    )
    op.create_index("ix_gate_hand_overs_checkpoint_id_at", "gate_hand_overs", ["checkpoint_id", "at"])
    op.create_table(
        "special_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_special_days")),
    )


def downgrade() -> None:
    for table in ("special_days", "gate_hand_overs", "gate_presses", "gate_counts"):
        op.drop_table(table)
    op.drop_column("checkpoints", "reason")
