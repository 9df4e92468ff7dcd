"""The outline a plan is made for: of an administrative area, of a zone, of compounds, or drawn."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.areas import area_of_code
from layers.drop_plan.rules import Refused
from layers.named_places import outline_of_compounds
from layers.quarantine_zones.record import QuarantineZone
from layers.text import Text


def outline_of(
    session: Session, area: str = "", zone: int = 0, compounds: Sequence[str] = (), drawn: BaseGeometry | None = None
) -> BaseGeometry:
    """The outline of what is given: the code of an area, the number of a zone, names of compounds, or polygons.

    Raises Refused where none or several are given, or what is named is not there; BadInput for unknown compounds.
    """
    if sum((bool(area), bool(zone), bool(compounds), drawn is not None)) != 1:
        raise Refused("area", Text("choose one: an area, a zone, or compounds", "请选择一种：区域、封控区或小区"))
    if drawn is not None:
        return drawn
    if compounds:
        return outline_of_compounds(session, compounds)
    if zone:
        outline: BaseGeometry | None = session.execute(
            select(QuarantineZone.geometry).where(QuarantineZone.id == zone)
        ).scalar()
    else:
        found = area_of_code(session, area)
        outline = None if found is None else found[1]
    if outline is None:
        raise Refused("area", Text("there is no such area, or its outline is not known", "没有该区域，或其边界未知"))
    return outline
