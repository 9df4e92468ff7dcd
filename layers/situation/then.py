"""What held at any moment, past or planned: figures, and the zones, drops, gates and shifts behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from layers import catalogue
from layers.gate_staffing import Gate, gates_at
from layers.quarantine_zones.rules import RANK
from layers.quarantine_zones.versions import HELD
from layers.queries import feature_rows
from layers.situation.overview import locked_households

Rows = list[dict[str, Any]]

#: A drop is counted where its window opens within this time, as in the state of a cell.
DUE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Then:
    """What held at `at`. states: of the areas of resolution AREA. For a coming moment the needs are those of now, and
    everything else is what is planned.
    """

    at: datetime
    states: Mapping[int, Mapping[str, Any]]
    locked: int
    zones: Rows
    drops: Rows
    gates: list[Gate]
    shifts: Rows

    def total(self, name: str) -> int:
        """The sum of a figure over all areas."""
        return sum(state.get(name, 0) for state in self.states.values())

    @property
    def uncovered(self) -> int:
        """Areas with needs that nobody on duty serves."""
        return sum(state.get("gap", 0) > 0 for state in self.states.values())


def held_at(session: Session, at: datetime, zone: ZoneInfo, states: Mapping[int, Mapping[str, Any]]) -> Then:
    """What held at a moment, the strictest zones, earliest drops and gates without anybody first.

    zone: of hours. states: of that moment, as layers.cell_state.past keeps them ready.
    """

    def rows(name: str) -> Rows:
        return list(feature_rows(session, catalogue.layer(name), False, at, only_at=True))

    zones = [row for row in rows("quarantine_zones") if row["state"] in HELD]
    drops = [row for row in rows("supply_drops") if row["state"] != "cancelled" and row["window_from"] < at + DUE]
    shifts = [row for row in rows("volunteer_shifts") if row["state"] == "open"]
    gates = [gate for gate in gates_at(session, at, zone) if gate.is_open]
    return Then(
        at,
        states,
        locked_households(session, at),
        sorted(zones, key=lambda row: (-RANK[row["level"]], row["name"])),
        sorted(drops, key=lambda row: (row["window_from"], row["name"])),
        sorted(gates, key=lambda gate: not gate.is_gap),
        sorted(shifts, key=lambda row: (row["role"], row["organization"])),
    )
