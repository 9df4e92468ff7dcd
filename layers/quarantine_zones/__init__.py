"""Quarantine zones: areas closed by order, at three levels."""

from __future__ import annotations

from layers.description import Layer, LegendEntry, Measure
from layers.quarantine_zones.lifting import FACTS
from layers.quarantine_zones.record import QuarantineZone
from layers.quarantine_zones.rules import MOVES, RANK, Feature, contribution
from layers.quarantine_zones.story import STORY
from layers.quarantine_zones.versions import HELD, prepare
from layers.text import Text

LAYER = Layer(
    name="quarantine_zones",
    title=Text("Quarantine zones", "封控管控区"),
    about=Text("Areas closed by order: lockdown, control, precaution.", "按通告划定的封控区、管控区、防范区。"),
    geometry="polygon",
    table=QuarantineZone.__table__,  # type: ignore[arg-type]
    feature=Feature,
    contribution=contribution,
    drawing_order=60,
    public=True,
    public_fields=("name", "level", "order_reference", "reason", "valid_from", "valid_to", *FACTS.values()),
    measures=(
        Measure(
            "zone",
            Text("Zone", "管理等级"),
            source="span",
            kind="zone",
            combine="max",
            words={rank: level for level, rank in RANK.items()},
            public=True,
        ),
    ),
    legend_field="level",
    legend=(
        LegendEntry("lockdown", Text("Lockdown", "封控区"), colour="zone-lockdown", dash=True),
        LegendEntry("control", Text("Control", "管控区"), colour="zone-control", dash=True),
        LegendEntry("precaution", Text("Precaution", "防范区"), colour="zone-precaution", dash=True),
    ),
    state_field="state",
    moves=MOVES,
    story=STORY,
    public_states=HELD,
    first_states=("proposed", "drafted"),
    prepare=prepare,
)
