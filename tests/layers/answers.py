"""What Linli says of cells: from memory, as the map is answered, and from the record, as a past moment is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from data.database import Database
from geo.coordinates import Box
from layers.cell_state.moments import state_at
from layers.cell_state.past import Past
from layers.cell_state.present import Present
from tests.layers.by_hand import ZONE
from tests.layers.town import EVERYWHERE

RESOLUTIONS = range(5, 12)

States = dict[int, dict[str, Any]]


def from_memory(present: Present, res: int, now: datetime, box: Box = EVERYWHERE) -> States:
    """The cells of a resolution that hold something now, as the map is answered."""
    members = b",".join(present.in_box(box, res, now).members)
    return {int(cell, 16): state for cell, state in orjson.loads(b"{" + members + b"}").items()}


def from_record(
    database: Database, res: int, at: datetime, now: datetime, box: Box = EVERYWHERE, internal: bool = True
) -> States:
    """The cells of a resolution that held, or will hold, something at a moment."""
    with database.snapshot() as session:
        return state_at(session, box, res, at, now, ZONE, internal)


def from_kept(past: Past, res: int, at: datetime, now: datetime, box: Box = EVERYWHERE) -> States:
    """The same for staff, from what the process keeps of the record."""
    return past.state_at(box, res, at, now)


def past_of(database: Database) -> Past:
    """What the process keeps of the record."""
    return Past(database, ZONE)


def present_of(database: Database, internal: bool = True) -> Present:
    """What is true now, kept in memory."""
    return Present(database, ZONE, internal)
