"""Up to which change somebody has looked at the dashboard, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("looked_seq", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("looked_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "looked_at")
    op.drop_column("accounts", "looked_seq")
