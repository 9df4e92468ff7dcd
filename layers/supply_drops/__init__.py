"""Supply drops 物资点: where goods come, when, and for whom."""

from __future__ import annotations

from layers.description import Layer, LegendEntry, Measure
from layers.supply_drops.record import DropServing, SupplyDrop
from layers.supply_drops.rules import MOVES, Feature, as_public, contribution, may_move, row_at
from layers.supply_drops.story import STORY
from layers.text import Text

LAYER = Layer(
    name="supply_drops",
    title=Text("Supply drops", "物资点"),
    about=Text("Goods at a place in a time window.", "在某地某时段发放的物资。"),
    geometry="point",
    table=SupplyDrop.__table__,  # type: ignore[arg-type]
    feature=Feature,
    contribution=contribution,
    drawing_order=40,
    public=True,
    public_fields=("name", "state", "window_from", "window_to", "items", "compounds_served", "organization"),
    measures=(Measure("drops", Text("Drops due in 24 h", "24小时内物资点"), source="span", kind="drops", public=True),),
    legend_field="state",
    legend=(
        LegendEntry("planned", Text("Planned", "计划中"), colour="drop-planned", icon="box"),
        LegendEntry("in_transit", Text("In transit", "运输中"), colour="drop-transit", icon="truck"),
        LegendEntry("delivered", Text("Delivered", "已送达"), colour="drop-delivered", icon="box-open"),
        LegendEntry("distributed", Text("Distributed", "已发放"), colour="drop-distributed", icon="check"),
        LegendEntry("cancelled", Text("Cancelled", "已取消"), colour="drop-cancelled", icon="cross"),
    ),
    state_field="state",
    moves=MOVES,
    move_rule=may_move,
    story=STORY,
    interval=("valid_from", "window_to"),
    row_at=row_at,
    as_public=as_public,
    private_references=(DropServing.__table__.c.drop_id,),
)
