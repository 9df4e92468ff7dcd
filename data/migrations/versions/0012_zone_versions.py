"""Versions of a zone, the days that lifting waits for, and what each level means to those who live behind it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DAYS = ("last_case_on", "last_contact_on", "all_negative_on")
WORDS = ("leave_en", "leave_zh", "delivery_en", "delivery_zh", "call_en", "call_zh")
LIMITS = ("case_days", "contact_days", "negative_days")

#: The first filling; an administrator changes it. Days as in the ninth edition of the plan of June 2022.
LEVELS = {
    "lockdown": (
        "Nobody leaves the home. If you need a doctor, call first: you are taken there.",
        "足不出户。需要就医请先打电话，由专车接送。",
        "Everything is brought to your door. Put what you need into a request.",
        "由工作人员和志愿者送货上门。请把需要的东西写进求助。",
        "Your community office, by day and night; 120 if a life is in danger.",
        "请拨打社区值班电话，昼夜有人接听；有生命危险请拨打120。",
        14, 14, 2,
    ),
    "control": (
        "Stay in your compound. One person of a household may fetch what was delivered to its gate, at the hour given.",
        "人不出小区。每户可派一人按通知时间到小区门口取物。",
        "Deliveries come to the gate of your compound; to the door for those who cannot walk.",
        "物资送到小区门口；行动不便者送货上门。",
        "Your community office; 120 if a life is in danger.",
        "请拨打社区电话；有生命危险请拨打120。",
        14, 14, 2,
    ),
    "precaution": (
        "You may leave. Wear a mask, keep your distance, do not gather.",
        "可以外出。请戴口罩、保持距离、不聚集。",
        "Shops and deliveries work as usual.",
        "商店和配送照常。",
        "Your community office with questions; 120 if a life is in danger.",
        "如有疑问请咨询社区；有生命危险请拨打120。",
        None, None, None,
    ),
}  # fmt: skip


def upgrade() -> None:
    op.add_column("quarantine_zones", sa.Column("changes_id", sa.Integer(), nullable=True))
    for day in DAYS:
        op.add_column("quarantine_zones", sa.Column(day, sa.Date(), nullable=True))
    op.create_index("ix_quarantine_zones_changes_id", "quarantine_zones", ["changes_id"])
    levels = op.create_table(
        "zone_levels",
        sa.Column("level", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        *(sa.Column(name, sa.SmallInteger(), nullable=True) for name in LIMITS),
    )
    op.bulk_insert(
        levels,
        [{"level": level, **dict(zip((*WORDS, *LIMITS), row, strict=True))} for level, row in LEVELS.items()],
    )


def downgrade() -> None:
    op.drop_table("zone_levels")
    op.drop_index("ix_quarantine_zones_changes_id", "quarantine_zones")
    for name in (*DAYS, "changes_id"):
        op.drop_column("quarantine_zones", name)
