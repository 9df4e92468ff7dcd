"""Deltas say by which feature a cell changed, so that those of an erased one can go with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cell_deltas", sa.Column("layer", sa.Text(), nullable=True))
    op.add_column("cell_deltas", sa.Column("feature_id", Key, nullable=True))


def downgrade() -> None:
    op.drop_column("cell_deltas", "feature_id")
    op.drop_column("cell_deltas", "layer")
