"""Places already on the map by their names, for rows that have a name and no place of their own."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from pydantic import BaseModel
from shapely.geometry.base import BaseGeometry
from sqlalchemy import null, select
from sqlalchemy.orm import Session

from data.exchange.names import Names
from data.exchange.reasons import Unreadable
from data.exchange.refusals import reference_is_empty, unknown_reference
from data.exchange.suspicions import Known
from layers import catalogue
from layers.compounds import LAYER as COMPOUNDS
from layers.compounds.queries import outlines_by_name
from layers.description import Layer
from layers.errors import BadInput

#: Places compared with a file's to tell its datum; a district has some thousand compounds.
KNOWN_PLACES = 20_000


def reference(asked: str) -> tuple[Layer, str]:
    """Layer and field of `compounds.name`. Raises Unreadable for anything but a layer with places."""
    name, _, field = asked.partition(".")
    there = [layer for layer in catalogue.layers() if "geometry" in layer.table.c]
    layer = next((layer for layer in there if layer.name == name), None)
    if layer is None or field not in layer.table.c or field not in layer.feature.model_fields:
        raise Unreadable(unknown_reference(asked, (layer.name for layer in there)))
    return layer, field


def named_places(session: Session, layer: Layer, field: str) -> Names[BaseGeometry]:
    """Every place of the layer by what stands in `field` and by other names. Raises Unreadable if there is none.

    The same outline under two ids is one place: lists that came by address have a compound once for each address.
    """
    table = layer.table
    others = [table.c[name] for name in ("aliases", "source_id") if name in table.c]
    address = table.c["address"] if "address" in table.c else null()
    names: Names[BaseGeometry] = Names()
    count = 0
    query = select(table.c[field], table.c.geometry, address, *others)
    for name, geometry, where, *more in session.execute(query):
        words = [word for one in more for word in (one if isinstance(one, list) else [one])]
        names.add(geometry.wkb, geometry, [name, *words], where)
        count += 1
    if not count:
        raise Unreadable(reference_is_empty(layer.name))
    return names


def place_of(session: Session, values: BaseModel) -> BaseGeometry | None:
    """The outline of the compounds that a feature names, None where it names none. Raises BadInput for one unknown."""
    names: Sequence[str] = getattr(values, "compounds", ())
    return outline_of_compounds(session, names) if names else None


def outline_of_compounds(session: Session, names: Sequence[str]) -> BaseGeometry:
    """What compounds cover together. Raises BadInput for a name that none has."""
    outlines = outlines_by_name(session)
    unknown = [name for name in names if name not in outlines]
    if unknown:
        reason = f"there is no compound {', '.join(unknown)}"
        raise BadInput(reason, [{"field": "compounds", "reason": reason}])
    return shapely.union_all([outlines[name] for name in names])


def known_places(session: Session) -> Known:
    """Outlines, names and ids of the compounds on the map, to judge by whether a file's places make sense."""
    table = COMPOUNDS.table
    rows = session.execute(select(table.c.name, table.c.geometry, table.c.source_id).limit(KNOWN_PLACES)).all()
    return Known(
        shapes=[row.geometry for row in rows], names=[row.name for row in rows], ids=[row.source_id for row in rows]
    )
