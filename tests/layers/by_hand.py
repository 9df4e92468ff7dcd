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

from tests.layers.legal_moves import TAKEN_BACK
from tests.layers.town import HOURS, SERVES, Thing

ZONE = ZoneInfo("Asia/Shanghai")
LEVELS = ("precaution", "control", "lockdown")
OPEN = ("reported", "acknowledged", "assigned")

#: What everybody may see of a cell, needs apart: those come from publications.
PUBLIC = ("households", "population", "zone", "drops", "checkpoints")

State = dict[str, Any]
Counts = defaultdict[int, defaultdict[str, int]]


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
                known = self.fields(thing.layer, feature_id)
                kept = {name: known.get(name) for name in ("state", "state_before", "reported_at")}
                values = Values({**values.fields, **kept}, values.cells)
            life.figures.append((at, values))
            life.spans[-1] = (life.spans[-1][0], values)
            return
        if thing.layer == "needs":
            values.fields["reported_at"] = values.fields.get("reported_at") or at
        began = values.fields.get("reported_at") or values.fields.get("valid_from")
        life.figures.append((None if began is None else min(began, at), values))
        life.spans.append((None, values))

    def move(self, layer: str, feature_id: int, to_state: str, at: datetime) -> None:
        """A feature went to another state at a moment."""
        before = self.fields(layer, feature_id)
        fields: dict[str, Any] = {"state": to_state}
        if layer == "quarantine_zones" and to_state == "lifted":
            fields["valid_to"] = min(at, before["valid_to"] or at)
        if layer == "quarantine_zones" and (before["state"], to_state) == ("proposed", "in_force"):
            fields["valid_from"] = max(at, before["valid_from"] or at)
        if layer == "quarantine_zones" and before["state"] == "lifted":
            fields["valid_to"] = None
        if layer == "supply_drops" and to_state == "delivered":
            fields["delivered_at"] = min(at, before["delivered_at"] or at)
        if layer == "supply_drops" and to_state in ("planned", "in_transit"):
            fields["delivered_at"] = None
        if layer == "needs":
            fields["state_before"] = before["state"] if to_state in TAKEN_BACK else None
        self._change(layer, feature_id, at, fields)

    def _change(self, layer: str, feature_id: int, at: datetime, fields: dict[str, Any]) -> None:
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

    def state(self, at: datetime, res: int, internal: bool = True, now: datetime | None = None) -> dict[int, State]:
        """What holds at a moment in every cell of a resolution in which something does.

        A moment after `now` has the figures of now: nobody knows what will be reported.
        """
        return self.states(at, internal, now)[res]

    def states(self, at: datetime, internal: bool = True, now: datetime | None = None) -> dict[int, dict[int, State]]:
        """`state` at every resolution."""
        finest = self._counts(at, at if now is None else min(at, now))
        return {res: _told(finest, res, internal) for res in range(5, 12)}

    def _counts(self, at: datetime, counted: datetime) -> Counts:
        found: Counts = defaultdict(lambda: defaultdict(int))
        shifts = [values for values in self._holding("volunteer_shifts", at) if _on_duty(values.fields, at)]
        for values in self._standing("compounds", counted):
            _share(found, "households", values.fields["households"], values.cells)
            _share(found, "population", values.fields["population"], values.cells)
        for values in self._standing("needs", counted):
            if values.fields["state"] in OPEN:
                _add_need(found[values.cells[0]], values, shifts)
        for values in self._holding("quarantine_zones", at):
            if _is_in_force(values.fields, at):
                for cell in values.cells:
                    found[cell]["zone"] = max(found[cell]["zone"], LEVELS.index(values.fields["level"]) + 1)
        for values in shifts:
            _share(found, "places", values.fields["places_wanted"], values.cells)
            _share(found, "filled", values.fields["places_filled"], values.cells)
        for values in self._holding("supply_drops", at):
            found[values.cells[0]]["drops"] += _is_due(values.fields, at)
        for values in self._holding("checkpoints", at):
            found[values.cells[0]]["checkpoints"] += _is_open(values.fields, at)
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


def _told(finest: Counts, res: int, internal: bool) -> dict[int, State]:
    """Cells of resolution 11 gathered under those of another, as they are told: what is 0 is left out."""
    gathered: Counts = defaultdict(lambda: defaultdict(int))
    for cell, counts in finest.items():
        above = gathered[h3.cell_to_parent(cell, res)]
        for name, value in counts.items():
            above[name] = max(above[name], value) if name == "zone" else above[name] + value
    found = {}
    for cell, counts in gathered.items():
        state = {name: value for name, value in counts.items() if value and (internal or name in PUBLIC)}
        services = {name.partition(":")[2]: state.pop(name) for name in list(state) if name.startswith("service:")}
        if services:
            state["services"] = services
        if "zone" in state:
            state["zone"] = LEVELS[state["zone"] - 1]
        if state:
            found[cell] = state
    return found


def _add_need(found: dict[str, int], need: Values, shifts: list[Values]) -> None:
    service, cell = need.fields["service"], need.cells[0]
    found["needs"] += 1
    found["urgent"] += need.fields["urgency"] == "urgent"
    found[f"service:{service}"] += 1
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


def _share(found: Counts, name: str, total: int, cells: tuple[int, ...]) -> None:
    """Gives each cell, in index order, its share of a total: floor(H (i + 1) / n) - floor(H i / n)."""
    n = len(cells)
    for i, cell in enumerate(cells):
        found[cell][name] += total * (i + 1) // n - total * i // n


def cells_of(thing: Thing) -> tuple[int, ...]:
    """The cells of resolution 11 of a feature in index order: of a point by its leaf, of an area all it overlaps."""
    if thing.values.get("cells"):
        return tuple(sorted({cell for given in thing.values["cells"] for cell in _finest_of(h3.str_to_int(given))}))
    if isinstance(thing.geometry, shapely.Point):
        return (h3.cell_to_parent(h3.latlng_to_cell(thing.geometry.y, thing.geometry.x, 13), 11),)
    found: set[int] = set()
    for part in shapely.get_parts(thing.geometry):
        # Without its holes: of a cell that holds a whole hole h3 says that it overlaps nothing.
        outer = h3.geo_to_h3shape(shapely.geometry.mapping(shapely.Polygon(part.exterior)))
        around = h3.h3shape_to_cells_experimental(outer, 11, contain="overlap")
        found |= {cell for cell in around if part.intersects(_hexagon(cell))}
    return tuple(sorted(found))


def _hexagon(cell: int) -> shapely.Polygon:
    return shapely.Polygon([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])


def _finest_of(cell: int) -> list[int]:
    if h3.get_resolution(cell) > 11:
        return [h3.cell_to_parent(cell, 11)]
    return list(h3.cell_to_children(cell, 11))
