"""Compounds 小区: the walled housing estates in which a neighbourhood lives."""

from __future__ import annotations

from layers.compounds.record import Compound
from layers.compounds.rules import Feature, contribution
from layers.description import Layer, LegendEntry, Measure
from layers.text import Text

LAYER = Layer(
    name="compounds",
    title=Text("Compounds", "小区"),
    about=Text("Housing compounds with their households and population.", "住宅小区及其户数、人口。"),
    geometry="polygon",
    table=Compound.__table__,  # type: ignore[arg-type]
    feature=Feature,
    contribution=contribution,
    drawing_order=10,
    public=True,
    public_fields=("name", "households", "population", "community", "subdistrict", "status"),
    measures=(
        Measure("households", Text("Households", "户数"), source="amount", public=True),
        Measure("population", Text("Population", "人口"), source="amount", public=True),
    ),
    rollup_columns=("households", "population"),
    legend_field="status",
    legend=(
        LegendEntry("open", Text("Open", "正常出入"), colour="compound-open"),
        LegendEntry("controlled", Text("Controlled", "管控"), colour="compound-controlled"),
        LegendEntry("locked", Text("Locked down", "封控"), colour="compound-locked"),
    ),
)
