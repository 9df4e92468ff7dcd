"""Streets of OpenStreetMap extracts, for reach on foot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import Geometry, Key, Moment
from data.migrations.places import drop_place_table

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "street_extracts",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(side, sa.Double(), nullable=False) for side in ("west", "south", "east", "north")),
        sa.Column("metres", sa.Double(), nullable=False),
        sa.Column("loaded_at", Moment(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street_extracts")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "street_lines",
        sa.Column("id", Key, nullable=False),
        sa.Column("extract_id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("LINESTRING"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street_lines")),
    )
    op.create_index(op.f("ix_street_lines_extract_id"), "street_lines", ["extract_id"])


def downgrade() -> None:
    drop_place_table("street_lines")
    op.drop_table("street_extracts")
