"""Needs by state, service and moment of report: what is open and overdue is counted from the index alone."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_needs_state"), table_name="needs")
    op.create_index(op.f("ix_needs_state_service_reported_at"), "needs", ["state", "service", "reported_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_needs_state_service_reported_at"), table_name="needs")
    op.create_index(op.f("ix_needs_state"), "needs", ["state"])
