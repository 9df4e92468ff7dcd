"""Needs 需求: what residents ask for, and how far the answer has come."""

from __future__ import annotations

from layers.description import Layer, LegendEntry
from layers.needs.preparing import prepare
from layers.needs.record import Need, NeedMessage, NeedPhoto, NeedPrivate, NeedVoice
from layers.needs.rules import MOVES, Feature, contribution, may_move, row_at
from layers.text import Text
from layers.vocabulary.queries import SLOT_COLUMNS

LAYER = Layer(
    name="needs",
    title=Text("Needs", "需求"),
    about=Text("What residents ask for; in public only as figures of areas.", "居民的求助；对外只公布区域数字。"),
    geometry="point",
    table=Need.__table__,  # type: ignore[arg-type]
    feature=Feature,
    contribution=contribution,
    drawing_order=30,
    public=False,
    rollup_columns=("urgent", *SLOT_COLUMNS, *(name.replace("s", "t") for name in SLOT_COLUMNS)),
    legend_field="state",
    legend=(
        LegendEntry("reported", Text("Reported", "已报告"), colour="need-unmet", icon="dot"),
        LegendEntry("acknowledged", Text("Acknowledged", "已受理"), colour="need-unmet", icon="eye"),
        LegendEntry("assigned", Text("Taken", "已认领"), colour="need-taken", icon="hand"),
        LegendEntry("met", Text("Met", "已满足"), colour="need-met", icon="check"),
        LegendEntry("confirmed", Text("Confirmed", "已确认"), colour="need-met", icon="check-double"),
        LegendEntry("duplicate", Text("Duplicate", "重复"), colour="need-closed", icon="copy"),
        LegendEntry("declined", Text("Declined", "未受理"), colour="need-closed", icon="cross"),
        LegendEntry("withdrawn", Text("Withdrawn", "已撤回"), colour="need-closed", icon="undo"),
    ),
    state_field="state",
    moves=MOVES,
    row_at=row_at,
    move_rule=lambda row, to_state: may_move(row["state"], to_state, row["state_before"]),
    prepare=prepare,
    private_table=NeedPrivate.__table__,  # type: ignore[arg-type]
    private_references=tuple(table.__table__.c["need_id"] for table in (NeedMessage, NeedPhoto, NeedVoice)),
    kept_on_update=(
        "reference", "token_hash", "state", "state_before", "organization", "duplicate_of", "reason",
        "acknowledged_at", "assigned_at", "met_at", "confirmed_at", "community", "reported_at", "taken_by",
        "claim_until", "claim_extended", "voices", "reopened", "rating", "rated_at",
    ),
)  # fmt: skip
