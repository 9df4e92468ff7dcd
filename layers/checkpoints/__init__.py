"""Checkpoints 卡点: where passage is controlled."""

from __future__ import annotations

from layers.checkpoints.record import Checkpoint, GateCount, GateHandOver, GateLink, GatePress
from layers.checkpoints.rules import MOVES, Feature, contribution
from layers.checkpoints.story import STORY
from layers.description import Layer, LegendEntry, Measure
from layers.text import Text

LAYER = Layer(
    name="checkpoints",
    title=Text("Checkpoints", "卡点"),
    about=Text("Places where passage is controlled, with their hours.", "检查通行的地点及其开放时间。"),
    geometry="point",
    table=Checkpoint.__table__,  # type: ignore[arg-type]
    feature=Feature,
    contribution=contribution,
    drawing_order=50,
    public=True,
    public_fields=("name", "kind", "hours", "state", "compound", "valid_from", "valid_to"),
    measures=(
        Measure(
            "checkpoints",
            Text("Checkpoints open", "开放卡点"),
            source="span",
            kind="checkpoints",
            public=True,
        ),
    ),
    legend_field="kind",
    legend=(
        LegendEntry("compound_entrance", Text("Compound entrance", "小区出入口"), colour="checkpoint", icon="gate"),
        LegendEntry("expressway", Text("Expressway exit", "高速路口"), colour="checkpoint", icon="expressway"),
        LegendEntry("station", Text("Station", "车站"), colour="checkpoint", icon="station"),
        LegendEntry("village_road", Text("Village road", "村道"), colour="checkpoint", icon="road"),
        LegendEntry("market", Text("Market", "市场"), colour="checkpoint", icon="market"),
    ),
    state_field="state",
    moves=MOVES,
    story=STORY,
    private_references=tuple(one.__table__.c.checkpoint_id for one in (GateCount, GatePress, GateHandOver, GateLink)),
    kept_on_update=("passed", "temperature_high", "referred", "reason"),
)
