"""What is asked of compounds."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.compounds.record import Compound


def outlines_by_name(session: Session) -> dict[str, shapely.Geometry]:
    """Outline of every compound under its name, its other names and its source id."""
    query = select(Compound.name, Compound.aliases, Compound.source_id, Compound.geometry)
    outlines: dict[str, shapely.Geometry] = {}
    for name, aliases, source_id, geometry in session.execute(query):
        for word in (name, *(aliases or ()), source_id):
            if word:
                outlines.setdefault(word, geometry)
    return outlines


def outlines_of(session: Session, names: Sequence[str]) -> list[shapely.Geometry]:
    """Outlines of the compounds named (by name or source id); those not found are left out."""
    query = select(Compound.geometry).where(Compound.name.in_(names) | Compound.source_id.in_(names))
    return list(session.execute(query).scalars())
