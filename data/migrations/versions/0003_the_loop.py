"""The loop: claims, ratings, voices, messages, photos, response times, reasons, emergency numbers, report counts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.columns import Key, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: First filling; an administrator changes the tables, not this step. Minutes until a need is to be acknowledged and
#: met, minutes a claim lasts (30 for a visit, 120 for a round), by service; any other service has the defaults.
TIMES = {
    "food": (120, 1440, 120),
    "medicine": (60, 720, 120),
    "supplies": (240, 2880, 120),
    "elder_care": (120, 1440, 30),
    "child_care": (120, 1440, 30),
    "counselling": (240, 2880, 30),
    "medical_transport": (30, 240, 30),
    "repairs": (240, 4320, 120),
}

#: (number, English, Chinese), most urgent first.
EMERGENCY_NUMBERS = (("120", "ambulance", "急救"), ("119", "fire", "火警"), ("110", "police", "报警"))

#: (name, English, Chinese): what the resident reads when a need is declined.
DECLINE_REASONS = (
    ("not_offered", "This kind of help is not offered here.", "本地暂不提供这类帮助。"),
    ("elsewhere", "Another office is responsible; it has been told.", "由其他部门负责，已转告。"),
    ("helped_already", "Somebody has helped already.", "已有人提供帮助。"),
    ("not_reached", "We could not reach you. Please ask again and leave a number.", "联系不上您，请留下电话。"),
    ("not_clear", "We did not understand what is needed. Please ask again in other words.", "需求不清楚，请换种说法。"),
    ("not_real", "What is described was not found there.", "到场后未发现所述情况。"),
)  # fmt: skip


def _need_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=True),
        sa.Column("voices", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("claim_until", Moment(), nullable=True),
        sa.Column("reopened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("rated_at", Moment(), nullable=True),
    ]


def _service_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("acknowledge_minutes", sa.Integer(), server_default="240", nullable=False),
        sa.Column("meet_minutes", sa.Integer(), server_default="2880", nullable=False),
        sa.Column("claim_minutes", sa.Integer(), server_default="120", nullable=False),
        sa.Column("review_first", sa.Boolean(), server_default=sa.false(), nullable=False),
    ]


def upgrade() -> None:
    for column in _need_columns():
        op.add_column("needs", column)
    op.create_index(op.f("ix_needs_state"), "needs", ["state"], unique=False)
    op.create_index(op.f("ix_needs_claim_until"), "needs", ["claim_until"], unique=False)
    op.add_column("needs_private", sa.Column("words_hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
    for column in _service_columns():
        op.add_column("services", column)
    op.create_table(
        "need_messages",
        sa.Column("id", Key, nullable=False),
        sa.Column("need_id", Key, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_messages")),
    )
    op.create_index(op.f("ix_need_messages_need_id"), "need_messages", ["need_id"], unique=False)
    op.create_table(
        "need_photos",
        sa.Column("id", Key, nullable=False),
        sa.Column("need_id", Key, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_photos")),
    )
    op.create_index(op.f("ix_need_photos_need_id"), "need_photos", ["need_id"], unique=False)
    op.create_table(
        "need_voices",
        sa.Column("need_id", Key, nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("need_id", "voice", name=op.f("pk_need_voices")),
    )
    op.create_table(
        "report_counts",
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counted", "hour", name=op.f("pk_report_counts")),
    )
    op.create_index(op.f("ix_report_counts_hour"), "report_counts", ["hour"], unique=False)
    op.create_table(
        "emergency_numbers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_emergency_numbers")),
    )
    op.create_table(
        "decline_reasons",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_decline_reasons")),
    )
    _first_filling()


def _first_filling() -> None:
    services = sa.table(
        "services", *(sa.column(one) for one in ("name", *(column.name for column in _service_columns())))
    )
    for name, (acknowledge, meet, claim) in TIMES.items():
        op.execute(
            services.update()
            .where(services.c.name == name)
            .values(acknowledge_minutes=acknowledge, meet_minutes=meet, claim_minutes=claim)
        )
    titles = ("position", "title_en", "title_zh")
    numbers = sa.table("emergency_numbers", *(sa.column(one) for one in ("number", *titles)))
    reasons = sa.table("decline_reasons", *(sa.column(one) for one in ("name", *titles)))
    for table, key, rows in ((numbers, "number", EMERGENCY_NUMBERS), (reasons, "name", DECLINE_REASONS)):
        op.bulk_insert(
            table,
            [{key: name, "position": at, "title_en": en, "title_zh": zh} for at, (name, en, zh) in enumerate(rows)],
        )


def downgrade() -> None:
    for table in ("decline_reasons", "emergency_numbers"):
        op.drop_table(table)
    op.drop_index(op.f("ix_report_counts_hour"), table_name="report_counts")
    op.drop_table("report_counts")
    op.drop_table("need_voices")
    op.drop_index(op.f("ix_need_photos_need_id"), table_name="need_photos")
    op.drop_table("need_photos")
    op.drop_index(op.f("ix_need_messages_need_id"), table_name="need_messages")
    op.drop_table("need_messages")
    for column in reversed(_service_columns()):
        op.drop_column("services", column.name)
    op.drop_column("needs_private", "words_hidden")
    op.drop_index(op.f("ix_needs_claim_until"), table_name="needs")
    op.drop_index(op.f("ix_needs_state"), table_name="needs")
    for column in reversed(_need_columns()):
        op.drop_column("needs", column.name)
