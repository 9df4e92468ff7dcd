"""Volunteer shifts 志愿班次: what coverage is made of."""

from __future__ import annotations

from layers.description import Layer, LegendEntry, Measure
from layers.text import Text
from layers.volunteer_shifts.preparing import prepare
from layers.volunteer_shifts.record import ShiftLink, ShiftPlace, VolunteerShift
from layers.volunteer_shifts.rules import MOVES, Feature, contribution
from layers.volunteer_shifts.story import STORY

LAYER = Layer(
    name="volunteer_shifts",
    title=Text("Volunteer shifts", "志愿班次"),
    about=Text("Who covers which area in which role.", "哪个组织在何时何地值守何种岗位。"),
    geometry="polygon",
    table=VolunteerShift.__table__,  # type: ignore[arg-type]
    feature=Feature,
    contribution=contribution,
    drawing_order=20,
    public=False,
    measures=(
        Measure("places", Text("Places wanted", "需要人数"), source="span", kind="shift", public=False),
        Measure(
            "filled",
            Text("Places filled", "到岗人数"),
            source="span",
            kind="shift",
            column="second",
            public=False,
        ),
    ),
    legend_field="role",
    legend=(
        LegendEntry("delivery", Text("Delivery", "配送"), colour="shift-delivery", icon="delivery"),
        LegendEntry("care", Text("Care", "照护"), colour="shift-care", icon="care"),
        LegendEntry("transport", Text("Transport", "接送"), colour="shift-transport", icon="transport"),
        LegendEntry("gate", Text("Gate", "值守"), colour="shift-gate", icon="gate"),
        LegendEntry("sweep", Text("Door to door", "上门排查"), colour="shift-sweep", icon="sweep"),
    ),
    state_field="state",
    moves=MOVES,
    story=STORY,
    interval=("starts_at", "ends_at"),
    prepare=prepare,
    derived={"places_taken": Text("Places taken by link", "链接报名人数")},
    private_references=tuple(table.__table__.c.shift_id for table in (ShiftPlace, ShiftLink)),
)
