"""Rows of a file turned into features of a layer: values, place, the layer's own rules; each reject with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry

from data.exchange import reasons
from data.exchange.fields import Columns
from data.exchange.names import Names
from data.exchange.places import Placed, Shapes, is_kind, points_from, settle, shapes_from
from data.exchange.reasons import Reason, Reject
from data.exchange.rows import Chunk
from data.exchange.specs import FieldSpec
from data.exchange.values import ColumnReader
from geo.datums import Datum
from layers.description import Layer
from layers.features import Incoming

#: Fields that say where a row is when it has no shape of its own, with the layers of the map that they name.
PLACE_IN_WORDS = ("cells", "compounds")


@dataclass(frozen=True, slots=True)
class Join:
    """How rows without a place find one: by the name in `field` among places of the map, called `among`."""

    names: Names[BaseGeometry]
    field: str
    among: str


@dataclass(slots=True)
class Taken:
    """What became of one chunk. `cells_of` gives a row as it stood in the file, by its line.

    rows_of: how many rows of the file a feature stands for, by its line; one where it is not named.
    """

    incoming: list[Incoming] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    repaired: int = 0
    not_found: list[str] = field(default_factory=list)
    rows_of: dict[int, int] = field(default_factory=dict)
    cells_of: Callable[[int], Mapping[str, Any]] = dict  # type: ignore[assignment]


@dataclass(slots=True)
class RowMaker:
    """Makes features out of chunks. One for each load: it remembers ids and day orders from chunk to chunk.

    readers: by field name. constants: values of fields that no column gives. ids: the id of a row that names none
    itself, from its line; the same row of the same file gets the same, so that loading it again updates it.
    """

    layer: Layer
    specs: Sequence[FieldSpec]
    columns: Columns
    readers: Mapping[str, ColumnReader]
    constants: Mapping[str, Any]
    crs: str | None
    datum: Datum
    join: Join | None
    compounds: Join | None
    ids: Callable[[int], str]
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, chunk: Chunk) -> Taken:
        """The chunk's features and rejects, in the order of its lines."""
        taken = Taken(rejects=list(chunk.rejects))
        values, bad = self._values(chunk)
        placed = self._placed(chunk, bad)
        self._find_by_name(values, placed, taken)
        taken.repaired = sum(index not in placed.bad for index in placed.repaired)
        self._make(chunk, values, placed, taken)
        at = {line: index for index, line in enumerate(chunk.lines)}
        taken.cells_of = lambda line: chunk.cells_of(at[line])
        return taken

    def _values(self, chunk: Chunk) -> tuple[dict[str, list[Any]], dict[int, Reason]]:
        values: dict[str, list[Any]] = {name: [value] * len(chunk.lines) for name, value in self.constants.items()}
        bad: dict[int, Reason] = {}
        for name, reader in self.readers.items():
            values[name], wrong = reader.read(chunk.columns.get(reader.column, []))
            bad = wrong | bad
        for spec in self.specs:
            if spec.required and spec.name in values:
                for index, value in enumerate(values[spec.name]):
                    if value is None or value == "":
                        column = self.columns.of.get(spec.name, "")
                        bad.setdefault(index, reasons.about(spec.titles, column, reasons.required_missing()))
        return values, bad

    def _placed(self, chunk: Chunk, bad: dict[int, Reason]) -> Placed:
        of = self.columns.of
        wrong: dict[int, Reason] = {}
        crs: str | None = None
        if "wkt" in of:
            shapes, wrong = shapes_from(chunk.columns[of["wkt"]])
        elif "lng" in of and "lat" in of:
            shapes, wrong = points_from(chunk.columns[of["lng"]], chunk.columns[of["lat"]])
        elif chunk.geometry is not None:
            shapes, crs = chunk.geometry, self.crs
        else:
            shapes = np.full(len(chunk.lines), None, dtype=object)
        if self.join is not None:  # a point that only marks a named place gives way to that place
            shapes = shapes.copy()
            shapes[~is_kind(shapes, self.layer.geometry)] = None
        return settle(shapes, self.layer.geometry, crs=crs, datum=self.datum, bad=wrong | bad)

    def _find_by_name(self, values: Mapping[str, list[Any]], placed: Placed, taken: Taken) -> None:
        """Fills in places for rows without one, by name or by the compounds they list; a reason where none is found."""
        for index in np.flatnonzero(shapely.is_missing(placed.shapes)).tolist():
            if index in placed.bad:
                continue
            found: BaseGeometry | Reason | None = None
            if self.join is not None and self.join.field in values:
                found = _joined(self.join, [values[self.join.field][index]], taken)
            elif self.compounds is not None and values.get("compounds", [None] * (index + 1))[index]:
                found = _joined(self.compounds, values["compounds"][index], taken)
            elif values.get("cells", [None] * (index + 1))[index]:
                continue
            if isinstance(found, Reason) or found is None:
                placed.bad[index] = found or reasons.no_place()
            else:
                placed.shapes[index] = shapely.point_on_surface(found) if self.layer.geometry == "point" else found

    def _make(self, chunk: Chunk, values: Mapping[str, list[Any]], placed: Placed, taken: Taken) -> None:
        names, columns = list(values), list(values.values())
        model, bad = self.layer.feature, placed.bad
        for index, (line, *row) in enumerate(zip(chunk.lines, *columns, strict=True)):
            reason = bad.get(index)
            if reason is None:
                given = {name: value for name, value in zip(names, row, strict=True) if value is not None}
                try:
                    feature = model(**given)
                except ValidationError as error:
                    reason = self._why(error)
                else:
                    reason = self._identify(feature, line)
            if reason is not None:
                taken.rejects.append(Reject(line, reason, chunk.cells_of(index)))
            else:
                taken.incoming.append(Incoming(feature, placed.shapes[index], line))

    def _identify(self, feature: Any, line: int) -> Reason | None:
        """Gives a feature without an id of its own one; a reason where its id stood in an earlier row of the file."""
        if feature.source_id:
            first = self.seen.setdefault(feature.source_id, line)
            return reasons.repeated_source_id(feature.source_id, first) if first != line else None
        feature.source_id = self.ids(line)
        return None

    def _why(self, error: ValidationError) -> Reason:
        """The first thing the layer's schema says against a row."""
        problem = error.errors(include_url=False, include_input=False)[0]
        limits = problem.get("ctx", {})
        reason = {
            "missing": lambda: reasons.required_missing(),
            "greater_than_equal": lambda: reasons.too_small(limits["ge"]),
            "less_than_equal": lambda: reasons.too_large(limits["le"]),
            "string_too_long": lambda: reasons.too_many_letters(limits["max_length"]),
            "string_too_short": lambda: reasons.required_missing(),
        }.get(problem["type"], lambda: _rule(problem["msg"]))()
        name = str(problem["loc"][0]) if problem["loc"] else ""
        spec = next((spec for spec in self.specs if spec.name == name), None)
        return reason if spec is None else reasons.about(spec.titles, self.columns.of.get(name, "-"), reason)


def _rule(message: str) -> Reason:
    rule = message.removeprefix("Value error, ")
    return reasons.interval_reversed() if rule.startswith("the interval ends") else reasons.against_a_rule(rule)


def _joined(join: Join, names: Sequence[Any], taken: Taken) -> BaseGeometry | Reason | None:
    """The place of these names together, or why there is none."""
    shapes: list[BaseGeometry] = []
    for name in names:
        if not name:
            continue
        found = join.names.find(str(name))
        if found.thing is None:
            taken.not_found.append(str(name))
            if found.count:
                return reasons.name_ambiguous(name, found.count, join.among)
            return reasons.name_not_found(name, join.among)
        shapes.append(found.thing)
    if not shapes:
        return None
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


def shapes_of(incoming: Sequence[Incoming]) -> Shapes:
    """The places of features, as an array."""
    return np.array([one.geometry for one in incoming], dtype=object)
