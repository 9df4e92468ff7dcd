"""Indexes of what most rows lack hold only the rows that have it: each pin wrote an entry for nothing into both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEXES = (("needs", "claim_until"), ("journal", "public_seq"))


def upgrade() -> None:
    for table, column in INDEXES:
        held = sa.text(f"{column} IS NOT NULL")
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
