"""Links that open the counting page of one gate without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Key, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate_links",
        sa.Column("id", Key, nullable=False),
        sa.Column("checkpoint_id", Key, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_gate_links_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_gate_links_checkpoint_id"), "gate_links", ["checkpoint_id"])


def downgrade() -> None:
    op.drop_table("gate_links")
