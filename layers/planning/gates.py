"""Which homes in closed areas have no open gate near: from where nobody gets out in ten minutes on foot."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from geo.coordinates import Box
from geo.reach import minutes_to_nearest
from layers.homes import homes_within_walls
from layers.planning.ground import Restrictions, ground_around
from layers.planning.plan import WithoutGate
from layers.planning.rules import GATE_MINUTES


def without_gate(session: Session, restrictions: Restrictions, box: Box | None) -> list[WithoutGate]:
    """Compounds under closed zones with their households from which no way out is GATE_MINUTES long at most, most
    households first. The way leads through open gates of everything that is closed around them.
    """
    homes = homes_within_walls(restrictions.compounds)
    if box is not None:
        homes = homes.of(box.contains_each(homes.lngs, homes.lats))
    ground = ground_around(session, np.unique(homes.cells), GATE_MINUTES, restrictions)
    network = ground.network
    places = ground.places(homes.lngs, homes.lats)
    minutes = minutes_to_nearest(network, np.flatnonzero(network.is_open), GATE_MINUTES)
    shut_in = homes.of((places >= 0) & np.isinf(minutes[places]))
    count = np.bincount(shut_in.owner, shut_in.households, len(restrictions.compounds)).astype(np.int64).tolist()
    most_first = sorted(np.flatnonzero(count).tolist(), key=lambda at: (-count[at], at))
    return [WithoutGate(restrictions.compounds[at]["name"], count[at]) for at in most_first]
