"""Duty areas, the second factor, invitations, and sessions that were ended by signing out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Json, Key, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("totp_secret", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("recovery_codes", Json(), nullable=True))
    op.create_table(
        "duty_areas",
        sa.Column("account_id", Key, autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("parts", Json(), nullable=False),
        sa.Column("ranges", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_duty_areas_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_duty_areas")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", Key, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("parts", Json(), nullable=True),
        sa.Column("ranges", Json(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("invited_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_email"), "invitations", ["email"], unique=False)
    op.create_table(
        "ended_sessions",
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("forget_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_ended_sessions")),
    )
    op.create_index(op.f("ix_ended_sessions_forget_at"), "ended_sessions", ["forget_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ended_sessions_forget_at"), table_name="ended_sessions")
    op.drop_table("ended_sessions")
    op.drop_index(op.f("ix_invitations_email"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_table("duty_areas")
    op.drop_column("accounts", "recovery_codes")
    op.drop_column("accounts", "totp_last_step")
    op.drop_column("accounts", "totp_secret")
