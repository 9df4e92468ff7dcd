"""The state of cells as somebody would count it by hand: from the list of what happened, one feature at a time.

Nothing of Linli's own counting is used: cells come from h3, shares from the rule in the design, words from its tables.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import h3.api.basic_int as h3
import shapely

from tests.layers.town import HOURS, SERVES, Thing

ZONE = ZoneInfo("Asia/Shanghai")
LEVELS = ("precaution", "control", "lockdown")
OPEN = ("reported", "acknowledged", "assigned")

State = dict[str, Any]


@dataclass
class Life:
    """One feature: what it was from when on (None: from ever; values None: gone).

    Two lists, because a correction is about the present in figures (they were counted as they were known) and about
    the whole of an interval in what holds over time (the record was wrong and is put right).
    """

    layer: str
    figures: list[tuple[datetime | None, Values | None]] = field(default_factory=list)
    spans: list[tuple[datetime | None, Values | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Values:
    """A feature's fields and its cells of resolution 11 in index order."""

    fields: dict[str, Any]
    cells: tuple[int, ...]


class ByHand:
    """Everything that happened, told in the order in which it was written down."""

    def __init__(self) -> None:
        self.lives: dict[tuple[str, int], Life] = {}

    def put(self, feature_id: int, thing: Thing, at: datetime) -> None:
        """A feature came, or was corrected."""
        life = self.lives.setdefault((thing.layer, feature_id), Life(thing.layer))
        values = Values(dict(thing.values), cells_of(thing))
        if life.figures:
            if thing.layer == "needs":  # its state and its moment are left to moves
                kept = {name: self.fields(thing.layer, feature_id)[name] for name in ("state", "reported_at")}
                values = Values({**values.fields, **kept}, values.cells)
            life.figures.append((at, values))
            life.spans[-1] = (life.spans[-1][0], values)
            return
        if thing.layer == "needs":
            values.fields["reported_at"] = values.fields.get("reported_at") or at
        began = values.fields.get("reported_at") or values.fields.get("valid_from")
        life.figures.append((None if began is None else min(began, at), values))
        life.spans.append((None, values))

    def change(self, layer: str, feature_id: int, at: datetime, **fields: Any) -> None:
        """A feature went to another state at a moment."""
        life = self.lives[layer, feature_id]
        known = life.figures[-1][1]
        assert known is not None
        values = Values({**known.fields, **fields}, known.cells)
        life.figures.append((at, values))
        life.spans.append((at, values))

    def remove(self, layer: str, feature_id: int, at: datetime) -> None:
        """A feature was taken off the map."""
        life = self.lives[layer, feature_id]
        life.figures.append((at, None))
        life.spans.append((at, None))

    def fields(self, layer: str, feature_id: int) -> dict[str, Any]:
        """What a feature is now."""
        values = self.lives[layer, feature_id].figures[-1][1]
        assert values is not None
        return values.fields

    def present(self, layer: str) -> list[int]:
        """The numbers of a layer's features that are there now."""
        return [number for (name, number), life in self.lives.items() if name == layer and life.figures[-1][1]]

    def state(self, at: datetime, res: int, internal: bool = True) -> dict[int, State]:
        """What holds at a moment in every cell of a resolution in which something does."""
        shown = {"households", "population", "zone", "drops", "checkpoints"}
        found = {}
        for cell, count in self._counts(at, res).items():
            state = {name: value for name, value in count.items() if value and (internal or name in shown)}
            if "zone" in state:
                state["zone"] = LEVELS[state["zone"] - 1]
            if state:
                found[cell] = state
        return found

    def _counts(self, at: datetime, res: int) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
        shifts = [values for values in self._holding("volunteer_shifts", at) if _on_duty(values.fields, at)]
        for values in self._standing("compounds", at):
            for name in ("households", "population"):
                for cell, amount in shared(values.fields[name], values.cells):
                    found[h3.cell_to_parent(cell, res)][name] += amount
        for values in self._standing("needs", at):
            if values.fields["state"] in OPEN:
                _add_need(found[h3.cell_to_parent(values.cells[0], res)], values, shifts)
        for values in self._holding("quarantine_zones", at):
            if _is_in_force(values.fields, at):
                for cell in {h3.cell_to_parent(cell, res) for cell in values.cells}:
                    found[cell]["zone"] = max(found[cell]["zone"], LEVELS.index(values.fields["level"]) + 1)
        for values in shifts:
            for name, column in (("places", "places_wanted"), ("filled", "places_filled")):
                for cell, amount in shared(values.fields[column], values.cells):
                    found[h3.cell_to_parent(cell, res)][name] += amount
        for values in self._holding("supply_drops", at):
            found[h3.cell_to_parent(values.cells[0], res)]["drops"] += _is_due(values.fields, at)
        for values in self._holding("checkpoints", at):
            found[h3.cell_to_parent(values.cells[0], res)]["checkpoints"] += _is_open(values.fields, at)
        return found

    def _standing(self, layer: str, at: datetime) -> list[Values]:
        return [values for life in self._of(layer) if (values := _last(life.figures, at)) is not None]

    def _holding(self, layer: str, at: datetime) -> list[Values]:
        return [values for life in self._of(layer) if (values := _last(life.spans, at)) is not None]

    def _of(self, layer: str) -> list[Life]:
        return [life for life in self.lives.values() if life.layer == layer]


def _last(versions: list[tuple[datetime | None, Values | None]], at: datetime) -> Values | None:
    reached = [values for since, values in versions if since is None or since <= at]
    return reached[-1] if reached else None


def _add_need(found: dict[str, Any], need: Values, shifts: list[Values]) -> None:
    service, cell = need.fields["service"], need.cells[0]
    found["needs"] += 1
    found["urgent"] += need.fields["urgency"] == "urgent"
    services = found["services"] or {}
    found["services"] = {**services, service: services.get(service, 0) + 1}
    if any(service in served for served in SERVES.values()):
        found["gap"] += not any(
            cell in shift.cells and service in SERVES[shift.fields["role"]] and shift.fields["places_filled"] > 0
            for shift in shifts
        )
    else:
        found["gap"] += need.fields["state"] != "assigned"


def _within(fields: dict[str, Any], at: datetime, starts: str, ends: str) -> bool:
    return (fields.get(starts) is None or fields[starts] <= at) and (fields.get(ends) is None or at < fields[ends])


def _on_duty(fields: dict[str, Any], at: datetime) -> bool:
    return fields["state"] == "open" and _within(fields, at, "starts_at", "ends_at")


def _is_in_force(fields: dict[str, Any], at: datetime) -> bool:
    return fields["state"] in ("in_force", "lifted") and _within(fields, at, "valid_from", "valid_to")


def _is_due(fields: dict[str, Any], at: datetime) -> bool:
    there = fields.get("delivered_at")
    return (
        fields["state"] != "cancelled"
        and fields["window_from"] - timedelta(hours=24) <= at < fields["window_to"]
        and (there is None or at < there)
    )


def _is_open(fields: dict[str, Any], at: datetime) -> bool:
    here = at.astimezone(ZONE)
    if fields["state"] != "open" or not _within(fields, at, "valid_from", "valid_to"):
        return False
    return HOURS[fields["hours"]](here.weekday(), here.hour)


def shared(total: int, cells: tuple[int, ...]) -> list[tuple[int, int]]:
    """Each cell in index order with its share of a total: floor(H (i + 1) / n) - floor(H i / n)."""
    n = len(cells)
    return [(cell, total * (i + 1) // n - total * i // n) for i, cell in enumerate(cells)]


def cells_of(thing: Thing) -> tuple[int, ...]:
    """The cells of resolution 11 of a feature in index order: of a point by its leaf, of an area all it overlaps."""
    if thing.values.get("cells"):
        return tuple(sorted({cell for given in thing.values["cells"] for cell in _finest_of(h3.str_to_int(given))}))
    if isinstance(thing.geometry, shapely.Point):
        return (h3.cell_to_parent(h3.latlng_to_cell(thing.geometry.y, thing.geometry.x, 13), 11),)
    shape = h3.geo_to_h3shape(shapely.geometry.mapping(thing.geometry))
    return tuple(sorted(h3.h3shape_to_cells_experimental(shape, 11, contain="overlap")))


def _finest_of(cell: int) -> list[int]:
    if h3.get_resolution(cell) > 11:
        return [h3.cell_to_parent(cell, 11)]
    return list(h3.cell_to_children(cell, 11))
