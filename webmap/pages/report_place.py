"""Where help is needed: by the pin of a link, by a compound's name, or by coordinates."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import shapely
from flask_babel import gettext as _

from geo.coordinates import BadCoordinates, check_lng_lat
from geo.datums import to_wgs84
from layers.compounds.queries import Named, compound_at, named, outline_by_id
from layers.text import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: What coordinates may be meant in, in words of the apps that show them.
DATUMS: Mapping[str, Text] = {
    "wgs84": Text("This map, or a GPS device", "本地图或 GPS 设备"),
    "gcj02": Text("Amap, Tencent or another Chinese map app", "高德、腾讯等国内地图"),
    "bd09": Text("Baidu Maps", "百度地图"),
}

#: Characters a number of degrees has at most; more is not a number somebody read off a map.
LONGEST_NUMBER = 40

#: Names offered in the list. A district has some thousand compounds; beyond that the list is slower than typing, and
#: a name that is typed is found all the same.
MOST_NAMES = 3000

#: Names carried along in the page. More would keep a phone on a weak signal waiting; the page's script asks for them
#: when somebody begins to write, and without scripts the answer to a name that is not known names those like it.
MOST_NAMES_IN_PAGE = 200

#: Names said to somebody whose compound is not known.
MOST_ALIKE = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A position in WGS 84 degrees and the compound it is in, as text; empty where none is known."""

    lng: float
    lat: float
    compound: str


class BadPlace(Exception):
    """The place cannot be told; `field` is the one to mend, the text says how."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def position_of(lng: str, lat: str, datum: str = "wgs84") -> tuple[float, float] | None:
    """Longitude and latitude in WGS 84 from what somebody wrote; None for what is not a position on the earth."""
    if max(len(lng), len(lat)) > LONGEST_NUMBER or datum not in DATUMS:
        return None
    try:
        east, north = float(lng), float(lat)
        check_lng_lat(east, north)
    except (ValueError, BadCoordinates):
        return None
    lngs, lats = to_wgs84(np.array([east]), np.array([north]), datum)
    return float(lngs[0]), float(lats[0])


def place_of(session: Session, given: Mapping[str, str], at: datetime) -> Place:
    """The place a form tells. Raises BadPlace.

    Coordinates count before the pin. A compound that was named counts before a pin outside of it, and then its own
    representative point is the place; coordinates outside of it are a contradiction that only the person can solve.
    """
    coordinates = _coordinates(given)
    point = coordinates or position_of(given["pin_lng"], given["pin_lat"])
    if not given["compound"]:
        if point is None:
            raise BadPlace("compound", _("Say where help is needed: choose a compound, or a place on the map."))
        return Place(*point, compound_at(session, *point, at) or "")
    found = with_name(named(session, at), given["compound"])
    outlines = {one.id: outline_by_id(session, one.id) for one in found}
    if point is not None:
        for one in found:
            if shapely.intersects_xy(outlines[one.id], *point):
                return Place(*point, one.name)
        if not found:
            return Place(*point, given["compound"])
        if coordinates is not None:
            raise BadPlace("lat", _("These coordinates are not in the compound you named. Leave one of the two empty."))
    if not found:
        raise BadPlace("compound", _not_known(alike(named(session, at), given["compound"])))
    if len(found) > 1:
        raise BadPlace("compound", _("More than one compound has this name. Choose the right one from the list."))
    middle = shapely.point_on_surface(outlines[found[0].id])
    return Place(middle.x, middle.y, found[0].name)


def place_if_told(session: Session, given: Mapping[str, str], at: datetime) -> Place | None:
    """The place a form tells so far; None while it cannot be told."""
    if given["datum"] not in DATUMS:
        return None
    try:
        return place_of(session, given, at)
    except BadPlace:
        return None


def _not_known(others: Sequence[str]) -> str:
    if not others:
        return _("This compound is not on our list. Choose one from it, or a place on the map.")
    return _("This compound is not on our list. Do you mean one of these? %(names)s", names=" · ".join(others))


def _coordinates(given: Mapping[str, str]) -> tuple[float, float] | None:
    """The coordinates that were typed; None where none were. Raises BadPlace."""
    if not given["lat"] and not given["lng"]:
        return None
    for field in ("lat", "lng"):
        if not given[field]:
            raise BadPlace(field, _("Coordinates are two numbers: latitude and longitude."))
    found = position_of(given["lng"], given["lat"], given["datum"])
    if found is None:
        raise BadPlace("lat", _("This cannot be read. Latitude is like 30.29312, longitude like 120.13456."))
    return found


def listed_names(compounds: Sequence[Named]) -> list[str]:
    """What the list of compounds shows, each once; a name that several have is told apart by its community."""
    often = Counter(one.name for one in compounds)
    return sorted({_label(one) if often[one.name] > 1 else one.name for one in compounds})[:MOST_NAMES]


def listed_name(compounds: Sequence[Named], text: str) -> str:
    """What the list shows for the one compound a text means (a name, another name, a source id); else the text."""
    found = with_name(compounds, text)
    if len(found) != 1:
        return text
    (one,) = found
    return _label(one) if sum(other.name == one.name for other in compounds) > 1 else one.name


def alike(compounds: Sequence[Named], text: str) -> list[str]:
    """Entries of the list that hold the text, or are held in it; the shortest first."""
    wanted = _plain(text)
    found = [name for name in listed_names(compounds) if wanted in _plain(name) or _plain(name) in wanted]
    return sorted(found, key=len)[:MOST_ALIKE]


def with_name(compounds: Sequence[Named], text: str) -> list[Named]:
    """The compounds a text may mean: a name or entry of the list first, else another name or a source id."""
    for words_of in (lambda one: (one.name, _label(one)), lambda one: (*one.aliases, one.source_id or "")):
        known: dict[str, list[Named]] = defaultdict(list)
        for one in compounds:
            for word in {_plain(word) for word in words_of(one)}:
                known[word].append(one)
        if found := known.get(_plain(text)):
            return found
    return []


def _label(one: Named) -> str:
    where = one.community or one.subdistrict
    return f"{one.name} ({where})" if where else one.name


def _plain(text: str) -> str:
    """For comparing: no difference of width, case or spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
