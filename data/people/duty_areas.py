"""Duty areas: what an official answers for, put together from administrative areas or drawn in a file.

They decide who reads residents' contacts, so each definition is a row of the journal (`define_duty_area`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import areas
from data.people.changes import By, note
from data.people.record import Account, DutyArea
from geo import covers, shapes
from geo.coordinates import BadCoordinates
from geo.datums import to_wgs84

#: The largest single area, in km². A county of the west has 5,000 and more; a province is no duty area. More takes
#: seconds to cover, and a request that opens a need looks through the ranges in memory.
LARGEST_KM2 = 6_000.0

#: A file with more than this is no outline of an area: the finest district drawn to the metre has 2 MB.
LARGEST_FILE = 20 * 1024 * 1024


class BadDutyArea(ValueError):
    """The area cannot be a duty area; the message is one line for whoever defines it."""


class TooLargeDutyArea(BadDutyArea):
    """The area is larger than LARGEST_KM2."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a duty area is put together from: an area as LEVEL:CODE with its name, or a file with the file's name."""

    area: str
    name: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A duty area to be given to somebody: its parts, and the leaves of its cells from and to, sorted and disjoint."""

    parts: tuple[Part, ...]
    ranges: list[list[int]]


def of_areas(session: Session, codes: Iterable[str]) -> Defined:
    """The duty area of administrative areas, each as LEVEL:CODE (`community:330106005012`). Raises BadDutyArea."""
    found = [_area(session, code) for code in dict.fromkeys(codes)]
    return Defined(tuple(part for part, _ in found), _ranges([outline for _, outline in found]))


def of_file(path: Path, datum: str = "wgs84") -> Defined:
    """The duty area drawn in a GeoJSON file: a polygon, or all polygons of its features. Raises BadDutyArea.

    datum: of the file's coordinates, one that geo.datums knows.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadDutyArea(f"{path.name} is larger than {LARGEST_FILE // 1024**2} MB: draw the area more coarsely")
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadDutyArea(f"{path} cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError:
        raise BadDutyArea(f"{path.name} is not GeoJSON") from None
    drawn = [_moved(one, datum) for one in _polygons(content, path.name)]
    return of_polygon(shapely.union_all(drawn), path.name)


def of_polygon(outline: BaseGeometry, name: str) -> Defined:
    """The duty area within an outline in WGS 84, drawn in the file of this name. Raises BadDutyArea."""
    return Defined((Part(f"file:{name}", name),), _ranges([outline]))


def define_duty_area(session: Session, account: Account, defined: Defined | None, by: By) -> None:
    """Gives the account this duty area in place of the one it had; None takes it away. A row of the journal."""
    if account.duty_area is not None:
        account.duty_area = None
        session.flush()
    parts = [] if defined is None else parts_kept(defined)
    if defined is not None:
        account.duty_area = DutyArea(mark=uuid.uuid4().hex, parts=parts, ranges=defined.ranges)
    verb = "duty_area_removed" if defined is None else "duty_area_defined"
    note(session, account, verb, by, {"areas": [part["area"] for part in parts]})


def parts_kept(defined: Defined) -> list[dict[str, str]]:
    """The parts as the store keeps them."""
    return [{"area": part.area, "name": part.name} for part in defined.parts]


def leaf_ranges_of(session: Session, account_id: int, mark: str) -> tuple[tuple[int, int], ...] | None:
    """The leaves of a duty area from and to; None where the account has another definition by now."""
    query = select(DutyArea.ranges).where(DutyArea.account_id == account_id, DutyArea.mark == mark)
    found = session.execute(query).scalar()
    return None if found is None else tuple((first, last) for first, last in found)


def _area(session: Session, code: str) -> tuple[Part, BaseGeometry]:
    level, sign, own = code.partition(":")
    if not sign or level not in areas.LEVELS:
        raise BadDutyArea(f"{code}: write LEVEL:CODE; levels are {', '.join(areas.LEVELS)}")
    found = areas.area_of_code(session, own)
    if found is None or found[0].level != level:
        raise BadDutyArea(f"there is no area {code}; load it with: linli load areas")
    area, outline = found
    if outline is None:
        raise BadDutyArea(f"of {code} {area.name} only the name is known; load its outline with: linli load areas")
    return Part(code, area.name), outline


def _polygons(content: Any, name: str) -> Iterable[BaseGeometry]:
    kind = content.get("type") if isinstance(content, dict) else None
    features: Any = content.get("features") if kind == "FeatureCollection" else [content]
    if not isinstance(features, list) or not features:
        raise BadDutyArea(f"{name} holds no polygon")
    for feature in features:
        geometry: Any = (
            feature.get("geometry") if isinstance(feature, dict) and feature.get("type") == "Feature" else feature
        )
        try:
            shape = shapes.from_geojson(geometry)
            polygon, _ = shapes.repair(shape)
        except (shapes.BadShape, BadCoordinates, TypeError, AttributeError) as error:
            raise BadDutyArea(f"{name} holds something that is no polygon: {error}") from None
        yield polygon


def _moved(polygon: BaseGeometry, datum: str) -> BaseGeometry:
    """The polygon in WGS 84."""
    return shapely.transform(polygon, lambda places: np.column_stack(to_wgs84(places[:, 0], places[:, 1], datum)))


def _ranges(outlines: Sequence[BaseGeometry]) -> list[list[int]]:
    if not outlines:
        raise BadDutyArea("a duty area is put together from at least one area")
    try:
        whole = covers.union(covers.covers(outlines, LARGEST_KM2))
    except covers.TooLarge as error:
        raise TooLargeDutyArea(str(error)) from None
    except shapes.BadShape as error:
        raise BadDutyArea(str(error)) from None
    return [list(one) for one in zip(whole.lo.tolist(), whole.hi.tolist(), strict=True)]
