"""Places of shifts taken by link: volunteers without an account, the waiting list, check-ins, links and calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Key, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COUNTED = ("places_own", "places_taken")


def upgrade() -> None:
    for name in COUNTED:
        op.add_column("volunteer_shifts", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE volunteer_shifts SET places_own = places_filled")
    op.create_table(
        "shift_volunteers",
        sa.Column("id", Key, nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("feed_hash", sa.Text(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_volunteers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shift_volunteers_token_hash")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_shift_volunteers_feed_hash")),
    )
    op.create_table(
        "shift_volunteers_private",
        sa.Column("volunteer_id", Key, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_id", name=op.f("pk_shift_volunteers_private")),
    )
    op.create_table(
        "shift_places",
        sa.Column("id", Key, nullable=False),
        sa.Column("shift_id", Key, nullable=False),
        sa.Column("volunteer_id", Key, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("moved_up_at", Moment(), nullable=True),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("offer_nonce", sa.Text(), nullable=True),
        sa.Column("offer_hash", sa.Text(), nullable=True),
        sa.Column("in_at", Moment(), nullable=True),
        sa.Column("out_at", Moment(), nullable=True),
        sa.Column("half_hours", sa.Integer(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_places")),
        sa.UniqueConstraint("shift_id", "volunteer_id", name=op.f("uq_shift_places_shift_id_volunteer_id")),
        sa.UniqueConstraint("offer_hash", name=op.f("uq_shift_places_offer_hash")),
    )
    op.create_index(op.f("ix_shift_places_volunteer_id"), "shift_places", ["volunteer_id"])
    op.create_index(op.f("ix_shift_places_state"), "shift_places", ["state"])
    op.create_table(
        "shift_links",
        sa.Column("shift_id", Key, autoincrement=False, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_shift_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shift_links_token_hash")),
    )
    op.create_table(
        "shift_organizations",
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("feed_nonce", sa.Text(), nullable=True),
        sa.Column("feed_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organization", name=op.f("pk_shift_organizations")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_shift_organizations_feed_hash")),
    )


def downgrade() -> None:
    for table in ("shift_organizations", "shift_links", "shift_places", "shift_volunteers_private", "shift_volunteers"):
        op.drop_table(table)
    for name in reversed(COUNTED):
        op.drop_column("volunteer_shifts", name)
