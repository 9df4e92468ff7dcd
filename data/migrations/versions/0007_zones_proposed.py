"""Who proposed a zone: somebody else puts it into force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quarantine_zones", sa.Column("proposed_by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("quarantine_zones", "proposed_by")
