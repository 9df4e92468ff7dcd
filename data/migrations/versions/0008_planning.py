"""What need weighs when volunteers are planned, and the plans that were kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Json, Key, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: A first filling; an administrator changes it. Kind, name, weight.
WEIGHTS = (
    ("urgency", "ordinary", 1.0),
    ("urgency", "urgent", 3.0),
    ("service", "medicine", 2.0),
    ("service", "medical_transport", 2.0),
    ("service", "elder_care", 1.5),
    ("service", "child_care", 1.5),
    ("waiting", "day", 0.25),
    ("waiting", "days", 4.0),
    ("taken", "share", 0.0),
    ("lockdown", "delivery", 1.0),
    ("lockdown", "care", 0.5),
    ("lockdown", "transport", 0.2),
    ("lockdown", "sweep", 4.0),
    ("gate", "person", 5.0),
    ("place", "delivery", 8.0),
    ("place", "care", 4.0),
    ("place", "transport", 4.0),
    ("place", "gate", 5.0),
    ("place", "sweep", 8.0),
)


def upgrade() -> None:
    weights = op.create_table(
        "planning_weights",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_planning_weights")),
    )
    op.bulk_insert(weights, [{"kind": kind, "name": name, "weight": weight} for kind, name, weight in WEIGHTS])
    op.create_table(
        "plans",
        sa.Column("id", Key, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("box", Json(), nullable=True),
        sa.Column("weights", Json(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("shifts", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("plans")
    op.drop_table("planning_weights")
