"""How one file goes into one layer, decided before anything is changed: columns, words, places, or a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from data.exchange.fields import PLACE_FIELDS, Columns, choose_columns
from data.exchange.places import is_degrees, looks_like_degrees, points_from
from data.exchange.reasons import Reason, Unreadable
from data.exchange.refusals import (
    no_column_for,
    no_coordinate_columns,
    no_name_to_join_by,
    no_rows,
    not_degrees,
    unknown_field,
)
from data.exchange.rows import Chunk, Source
from data.exchange.specs import FieldSpec
from data.exchange.values import ColumnReader, constant
from geo.datums import Datum
from layers.compounds import LAYER as COMPOUNDS
from layers.description import Layer
from layers.file_fields import field_specs
from layers.intake_rows import PLACE_IN_WORDS, Join, RowMaker
from layers.named_places import named_places, reference

#: What a dated list says of a row by itself: fields a list of dates fills in and no column may.
_FROM_SNAPSHOTS = ("source_id", "valid_from", "valid_to")

#: A guessed column is used for an optional field only if at least this share of its first cells can be read. Other
#: systems' words for a state ("In Progress") are then left out and said, instead of costing every row.
LEAST_READABLE_SHARE, CELLS_TRIED = 0.5, 1_000


#: Fields of a row that may hold the name of the place it is at, besides the field asked for.
NAMES_A_PLACE = ("name", "compound")


@dataclass(frozen=True, slots=True)
class Options:
    """What a load was asked for, as on the command line.

    zone: of times that name none themselves. fields: our field to the file's column, "" for none. values: by field,
    their word to ours. datum: None where nobody named one.
    """

    zone: tzinfo
    layer_in_file: str | None = None
    datum: Datum | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    geometry_from: str | None = None
    snapshots: str | None = None
    encoding: str | None = None
    dry_run: bool = False


@dataclass(slots=True)
class Plan:
    """How the file will be read. `constants` are values for every row, `notes` what a person should know first."""

    columns: Columns
    specs: tuple[FieldSpec, ...]
    constants: Mapping[str, Any]
    notes: list[Reason]
    maker: RowMaker
    dates: ColumnReader | None
    chunks: Iterator[Chunk]


def make_plan(session: Session, layer: Layer, source: Source, path: Path, options: Options) -> Plan:
    """The plan for a source just opened. Raises Unreadable where a column, a field or a place is missing."""
    specs = _wanted(field_specs(layer, session), options)
    columns = _columns(specs, source, options)
    chunks = source.chunks()
    first = next(chunks, None)
    if first is None:
        raise Unreadable(no_rows(source.name))
    notes: list[Reason] = []
    readers = _readers(specs, columns, first, options, notes)
    columns = _without_wrong_guesses(columns, readers)
    constants = _constants(specs, columns, source, options)
    _require(specs, columns, constants, source)
    join = _join(session, specs, columns, options)
    compounds = None
    if join is None and "compounds" in columns.of and layer.geometry == "polygon":
        compounds = Join(named_places(session, COMPOUNDS, "name"), "compounds", COMPOUNDS.name)
    _require_place(columns, source, join, first, notes)
    maker = RowMaker(
        layer, specs, columns, readers, constants, source.crs, options.datum or "wgs84", join, compounds,
        _Ids(path, options.layer_in_file),
    )  # fmt: skip
    dates = None
    if options.snapshots is not None:
        [(_, column)] = choose_columns(source.columns, [_DATE], {_DATE.name: options.snapshots}, {}).of.items()
        dates = ColumnReader(_DATE, column, {}, options.zone)
    return Plan(columns, specs, constants, notes, maker, dates, chain([first], chunks))


_DATE = FieldSpec("snapshots", "moment", "date of the list", "清单日期", required=True)


class _Ids:
    """Ids for rows that have none: a mark of the file's content and the line, so that the same file gives the same."""

    def __init__(self, path: Path, layer_in_file: str | None) -> None:
        digest = hashlib.sha256((layer_in_file or "").encode())
        if path.is_file():
            with path.open("rb") as file:
                while block := file.read(1024 * 1024):
                    digest.update(block)
        self._mark = digest.hexdigest()[:12]

    def __call__(self, line: int) -> str:
        return f"file-{self._mark}-{line}"


def _wanted(specs: tuple[FieldSpec, ...], options: Options) -> tuple[FieldSpec, ...]:
    known = [spec.name for spec in specs]
    for name in options.values:
        if name not in known:
            raise Unreadable(unknown_field(name, known))
    left_out = {name for name, column in options.fields.items() if not column}
    if options.snapshots is not None:
        left_out.update(_FROM_SNAPSHOTS)
    return tuple(spec for spec in specs if spec.name not in left_out)


def _columns(specs: tuple[FieldSpec, ...], source: Source, options: Options) -> Columns:
    given = {name: column for name, column in options.fields.items() if column}
    asks_for_places = bool(given.keys() - {spec.name for spec in specs})
    wanted = [*specs, *(PLACE_FIELDS if asks_for_places or not source.has_geometry else ())]
    free = [column for column in source.columns if column != options.snapshots or column in given.values()]
    return choose_columns(free, wanted, given, source.tags)


def _readers(
    specs: tuple[FieldSpec, ...], columns: Columns, first: Chunk, options: Options, notes: list[Reason]
) -> dict[str, ColumnReader]:
    readers: dict[str, ColumnReader] = {}
    for spec in specs:
        column = columns.of.get(spec.name)
        if column is None:
            continue
        words = options.values.get(spec.name, {})
        if not (spec.required or spec.name in columns.given or words):
            cells = first.columns.get(column, [])[:CELLS_TRIED]
            _, bad = ColumnReader(spec, column, words, options.zone).read(cells)
            if len(bad) > sum(cell not in (None, "") for cell in cells) * (1 - LEAST_READABLE_SHARE):
                notes.append(_not_used(spec, column, bad[min(bad)]))
                continue
        readers[spec.name] = ColumnReader(spec, column, words, options.zone)
    return readers


def _not_used(spec: FieldSpec, column: str, reason: Reason) -> Reason:
    return Reason(
        f"column {column} is not used for {spec.name}: {reason.en}", f"列 {column} 未用于“{spec.zh}”：{reason.zh}"
    )


def _without_wrong_guesses(columns: Columns, readers: Mapping[str, ColumnReader]) -> Columns:
    places = {spec.name for spec in PLACE_FIELDS}
    kept = {name: column for name, column in columns.of.items() if name in readers or name in places}
    dropped = tuple(column for name, column in columns.of.items() if name not in kept)
    return Columns(kept, columns.given, columns.unused + dropped, columns.datum)


def _constants(specs: tuple[FieldSpec, ...], columns: Columns, source: Source, options: Options) -> dict[str, Any]:
    """Values for every row: what --value says of fields without a column, and that a loaded need came in a file.

    Raises Unreadable for words of a field without a column that say nothing of every row.
    """
    found: dict[str, Any] = {}
    for spec in specs:
        if spec.name in columns.of:
            continue
        words = options.values.get(spec.name)
        if words is not None:
            found[spec.name] = constant(spec, words, options.zone)
            if found[spec.name] is None:
                raise Unreadable(no_column_for({spec.name: spec.titles}, source.columns))
        elif spec.name == "channel" and "file" in spec.choices:
            found[spec.name] = "file"
    return found


def _require(specs: tuple[FieldSpec, ...], columns: Columns, constants: Mapping[str, Any], source: Source) -> None:
    missing = {
        spec.name: spec.titles
        for spec in specs
        if spec.required and spec.name not in columns.of and spec.name not in constants
    }
    if missing:
        raise Unreadable(no_column_for(missing, source.columns))


def _join(session: Session, specs: tuple[FieldSpec, ...], columns: Columns, options: Options) -> Join | None:
    if options.geometry_from is None:
        return None
    layer, field_name = reference(options.geometry_from)
    by = next((name for name in (field_name, *NAMES_A_PLACE) if name in columns.of), None)
    if by is None:
        had = [spec.name for spec in specs]
        raise Unreadable(no_name_to_join_by(next((name for name in NAMES_A_PLACE if name in had), field_name)))
    return Join(named_places(session, layer, field_name), by, layer.name)


def _require_place(columns: Columns, source: Source, join: Join | None, first: Chunk, notes: list[Reason]) -> None:
    """Refuses a file that says nothing of places, and one in coordinates that are not degrees and that names none."""
    in_words = join is not None or any(name in columns.of for name in PLACE_IN_WORDS)
    if columns.has_place:
        if "lng" in columns.of and not looks_like_degrees(_first_points(columns, first)):
            raise Unreadable(not_degrees(source.name))
    elif source.has_geometry:
        in_degrees = source.crs is None or is_degrees(source.crs)
        if in_degrees and first.geometry is not None and not looks_like_degrees(first.geometry):
            raise Unreadable(not_degrees(source.name))
        if source.crs is None:
            notes.append(_assumed(source.name))
    elif not in_words:
        raise Unreadable(no_coordinate_columns(source.columns))


def _first_points(columns: Columns, first: Chunk) -> Any:
    return points_from(first.columns.get(columns.of["lng"], []), first.columns.get(columns.of["lat"], []))[0]


def _assumed(name: str) -> Reason:
    return Reason(
        f"{name} names no coordinate system; its coordinates are taken for longitude and latitude",
        f"{name} 没有坐标系说明，坐标按经纬度读取",
    )
