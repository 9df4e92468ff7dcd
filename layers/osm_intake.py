"""What was found in an OpenStreetMap extract, put on the map: compounds, and checkpoints as candidates.

What people have made of a feature since is never undone: loading a newer extract brings new names and outlines, but
households, addresses and a checkpoint's state stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.areas import UNKNOWN, communities_of
from data.exchange.osm_places import FoundCheckpoint, FoundCompound
from geo.shapes import BadShape, repair
from layers import features
from layers.actor import Actor
from layers.checkpoints import LAYER as CHECKPOINTS
from layers.compounds import LAYER as COMPOUNDS
from layers.description import Layer
from layers.errors import BadInput


@dataclass(slots=True)
class OsmPut:
    """What became of a batch; `unchanged`: known already and as the extract says. rejected: id and reason."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: int = 0
    rejected: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: OsmPut) -> None:
        """Counts another batch in."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.repaired += other.repaired
        self.rejected += other.rejected


def put_compounds(session: Session, found: Sequence[FoundCompound], actor: Actor, at: datetime) -> OsmPut:
    """Creates the compounds, or brings name, other names and outline of known ones up to date.

    A new one has 0 households, because OpenStreetMap does not know them, and the community its middle lies in.
    """
    result = OsmPut()
    known = _known(session, COMPOUNDS, [one.source_id for one in found])
    middles = [shapely.point_on_surface(one.geometry) for one in found]
    communities = communities_of(session, shapely.get_x(middles), shapely.get_y(middles))
    incoming = []
    for one, community in zip(found, communities, strict=True):
        try:
            outline, mended = repair(one.geometry)
        except BadShape as error:
            result.rejected.append((one.source_id, str(error)))
            continue
        before = known.get(one.source_id, {})
        values = {
            **_kept(COMPOUNDS, before),
            "source_id": one.source_id,
            "name": one.name,
            "aliases": list(dict.fromkeys([*(before.get("aliases") or []), *one.aliases])),
            "address": before.get("address") or one.address or None,
            "community": before.get("community") or (None if community == UNKNOWN else community),
        }
        if before and _same(before, values) and shapely.equals(before["geometry"], outline):
            result.unchanged += 1
            continue
        result.repaired += mended
        incoming.append((values, outline))
    _put(session, COMPOUNDS, incoming, actor, at, result)
    return result


def put_checkpoints(session: Session, found: Sequence[FoundCheckpoint], actor: Actor, at: datetime) -> OsmPut:
    """Creates the candidates as planned; one that is known is left alone, whatever has become of it."""
    result = OsmPut()
    known = _known(session, CHECKPOINTS, [one.source_id for one in found])
    new = [one for one in found if one.source_id not in known]
    result.unchanged = len(found) - len(new)
    incoming = []
    for one in new:
        values = {"source_id": one.source_id, "name": one.name, "kind": one.kind, "state": "planned"}
        incoming.append(({**values, "compound": one.compound or None}, one.geometry))
    _put(session, CHECKPOINTS, incoming, actor, at, result)
    return result


def _put(
    session: Session,
    layer: Layer,
    rows: Sequence[tuple[Mapping[str, Any], Any]],
    actor: Actor,
    at: datetime,
    result: OsmPut,
) -> None:
    incoming, ids = [], []
    for values, geometry in rows:
        try:
            model = features.check(layer, dict(values))
        except BadInput as error:
            reasons = "; ".join(f"{one['field']}: {one['reason']}" for one in error.errors)
            result.rejected.append((values["source_id"], reasons))
            continue
        ids.append(values["source_id"])
        incoming.append(features.Incoming(model, geometry, line=len(ids)))
    put = features.put(session, layer, incoming, actor, at)
    result.created += put.created
    result.updated += put.updated
    result.rejected += [(ids[line - 1], why) for line, why in put.rejected]


def _known(session: Session, layer: Layer, source_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for start in range(0, len(source_ids), features.IDS_AT_ONCE):
        some = source_ids[start : start + features.IDS_AT_ONCE]
        query = select(layer.table).where(layer.table.c.source_id.in_(some))
        known |= {row["source_id"]: dict(row) for row in session.execute(query).mappings()}
    return known


def _kept(layer: Layer, before: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a feature, as its model takes it in again."""
    return {name: before[name] for name in layer.feature.model_fields if name in before}


def _same(before: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(before.get(name) == value for name, value in values.items())
