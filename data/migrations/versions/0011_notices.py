"""Notices to an area."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Json, Key, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WORDS = ("kind", "urgency", "severity", "certainty", "title_en", "title_zh", "words_en", "words_zh", "area_name")


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", Key, nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("earlier", Json(), nullable=False),
        sa.Column("replaced_by", Key, nullable=True),
        sa.Column("replaced_at", Moment(), nullable=True),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        sa.Column("outline", Json(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("identifier", name=op.f("uq_notices_identifier")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notices_sent_at"), "notices", ["sent_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notices_sent_at"), "notices")
    op.drop_table("notices")
