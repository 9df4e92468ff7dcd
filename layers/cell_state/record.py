"""The tables of cell figures; their columns are what the layers of the catalogue keep."""

from __future__ import annotations

from data import rollups
from data.base import Base
from layers import catalogue

cell_rollups = rollups.rollup_table(Base.metadata, catalogue.rollup_columns())
cell_deltas = rollups.delta_table(Base.metadata, catalogue.rollup_columns())
cell_spans = rollups.span_table(Base.metadata)
