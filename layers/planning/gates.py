"""Which homes in closed areas have no open gate near: from where nobody gets out in ten minutes on foot."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from geo.coordinates import Box
from geo.reach import minutes_to_nearest
from layers.planning.ground import Restrictions, ground_around
from layers.planning.homes import homes_of
from layers.planning.plan import WithoutGate
from layers.planning.rules import GATE_MINUTES


def without_gate(session: Session, restrictions: Restrictions, box: Box | None) -> list[WithoutGate]:
    """Compounds under closed zones with their households from which no way out is GATE_MINUTES long at most, most
    households first. The way leads through open gates of everything that is closed around them.
    """
    homes = homes_of(restrictions.compounds)
    if box is not None:
        homes = [one for one in homes if box.contains(one.lng, one.lat)]
    cells = np.unique(np.array([one.cell for one in homes], dtype=np.int64))
    ground = ground_around(session, cells, GATE_MINUTES, restrictions)
    network = ground.network
    places = ground.places(np.array([one.lng for one in homes]), np.array([one.lat for one in homes]))
    minutes = minutes_to_nearest(network, np.flatnonzero(network.is_open), GATE_MINUTES)
    found: dict[int, int] = {}
    for one, place in zip(homes, places.tolist(), strict=True):
        if place >= 0 and np.isinf(minutes[place]):
            found[one.compound] = found.get(one.compound, 0) + one.households
    names = [compound["name"] for compound in restrictions.compounds]
    return [WithoutGate(names[at], found[at]) for at in sorted(found, key=lambda at: (-found[at], at))]
