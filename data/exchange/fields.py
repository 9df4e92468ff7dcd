"""Which column of a file is which field: guessed by the names files use, or given; shown before anything is loaded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.exchange.reasons import Unreadable
from data.exchange.refusals import unknown_column, unknown_field
from data.exchange.specs import FieldSpec
from geo.datums import Datum

#: The place of a row, where the file has no geometry of its own: two columns, or one with WKT.
LNG = FieldSpec(
    "lng",
    "number",
    "longitude",
    "经度",
    aliases=("lon", "long", "lngitude", "longitude", "x", "point_x", "经", "东经", "坐标x", "coord_x", "center_lng"),
    hxl="#geo+lon",
)
LAT = FieldSpec(
    "lat",
    "number",
    "latitude",
    "纬度",
    aliases=("latitude", "latitute", "y", "point_y", "纬", "北纬", "坐标y", "coord_y", "center_lat"),
    hxl="#geo+lat",
)
WKT = FieldSpec(
    "wkt",
    "text",
    "shape (WKT)",
    "图形（WKT）",
    aliases=("geometry", "geom", "the_geom", "wkt_geom", "geometry_wkt", "shape", "几何", "图形", "边界", "范围"),
    hxl="#geo+wkt",
)
PLACE_FIELDS = (LNG, LAT, WKT)

#: Other names under which --field may name a place field.
_OTHER_NAMES = {"lon": "lng", "longitude": "lng", "latitude": "lat", "geometry": "wkt", "geom": "wkt"}

#: Words in a column's name that say which datum its coordinates are in.
_DATUM_WORDS: tuple[tuple[Datum, re.Pattern[str]], ...] = (
    ("gcj02", re.compile(r"(?:gcj_?0?2|gcj|amap|gaode|gd|高德|火星)[\s_-]*")),
    ("bd09", re.compile(r"(?:bd_?0?9(?:ll)?|baidu|bd|百度)[\s_-]*")),
    ("wgs84", re.compile(r"(?:wgs_?84|wgs|gps)[\s_-]*")),
)

_PUNCTUATION = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(\[{【〔（][^)\]}】〕）]*[)\]}】〕）]")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns chosen: `of` maps a field to its column, `given` names the fields a person named one for.

    unused: columns no field takes. datum: the datum the chosen coordinate columns are named after.
    """

    of: Mapping[str, str]
    given: frozenset[str]
    unused: tuple[str, ...]
    datum: Datum | None = None

    @property
    def has_place(self) -> bool:
        """Whether the columns hold a place."""
        return ("lng" in self.of and "lat" in self.of) or "wkt" in self.of


def plain(name: str) -> str:
    """A column's name without case, blanks, punctuation and full-width forms: `小区 名称*` is `小区名称`."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", name).casefold())


def choose_columns(
    columns: Sequence[str], specs: Sequence[FieldSpec], given: Mapping[str, str], tags: Mapping[str, str]
) -> Columns:
    """The column of each field, given ones first, then by HXL tag, then by name; a column serves one field only.

    `specs` are the fields wanted, places included where they are wanted. Raises Unreadable for a field or a column
    that does not exist.
    """
    of = _given(columns, specs, given)
    asked = frozenset(of)
    for spec in specs:
        if spec.name not in of and (tagged := _by_tag(spec, tags, of)):
            of[spec.name] = tagged
    names = [(column, plain(column), plain(_BRACKETS.sub("", column))) for column in columns]
    for rank in range(1 + max((len(spec.aliases) for spec in specs), default=0) + 2):
        for spec in specs:
            if spec.name not in of and (column := _by_name(_name_of_rank(spec, rank), names, of)):
                of[spec.name] = column
    for spec in specs:
        if spec.name not in of and (column := _by_ending(spec, names, of)):
            of[spec.name] = column
    if "lng" not in of and "lat" not in of and {"lng", "lat"} <= {spec.name for spec in specs}:
        of |= _dated_by_datum(columns, of)
    datum = datum_named(of["lng"]) if "lng" in of else None
    for axis in ("lng", "lat"):
        if axis in of and "wkt" in of and "wkt" not in asked and {"lng", "lat"} <= of.keys():
            del of["wkt"]
    taken = set(of.values())
    return Columns(of, asked, tuple(column for column in columns if column not in taken), datum)


def _given(columns: Sequence[str], specs: Sequence[FieldSpec], given: Mapping[str, str]) -> dict[str, str]:
    known = {spec.name for spec in specs}
    of: dict[str, str] = {}
    for asked, column in given.items():
        name = asked if asked in known else _OTHER_NAMES.get(asked, asked)
        if name not in known:
            raise Unreadable(unknown_field(asked, sorted(known)))
        close = [other for other in columns if plain(other) == plain(column)]
        if column not in columns and len(close) != 1:
            raise Unreadable(unknown_column(column, columns))
        of[name] = column if column in columns else close[0]
    return of


def _by_tag(spec: FieldSpec, tags: Mapping[str, str], of: Mapping[str, str]) -> str | None:
    if not spec.hxl:
        return None
    wanted = _tag_parts(spec.hxl)
    return next((c for c, tag in tags.items() if _tag_parts(tag) == wanted and c not in of.values()), None)


def _tag_parts(tag: str) -> frozenset[str]:
    """A tag and its attributes; their order does not matter in HXL."""
    return frozenset(part.strip().lower() for part in tag.replace(" ", "").split("+"))


def _name_of_rank(spec: FieldSpec, rank: int) -> str:
    """The spec's names from the surest to the vaguest: its own, its titles, then its aliases in their order."""
    names = (spec.name, *spec.titles, *spec.aliases)
    return plain(names[rank]) if rank < len(names) else ""


def _by_name(wanted: str, names: Sequence[tuple[str, str, str]], of: Mapping[str, str]) -> str | None:
    if not wanted:
        return None
    free = [entry for entry in names if entry[0] not in of.values()]
    for form in (1, 2):
        for entry in free:
            if entry[form] == wanted:
                return entry[0]
    return None


def _by_ending(spec: FieldSpec, names: Sequence[tuple[str, str, str]], of: Mapping[str, str]) -> str | None:
    """The only free column that ends in one of the spec's Chinese names: 酒店名称 is a 名称, 小区户数 are 户数."""
    endings = tuple(word for word in map(plain, (spec.zh, *spec.aliases)) if len(word) > 1 and not word.isascii())
    found = [c for c, _, bare in names if endings and bare.endswith(endings) and c not in of.values()]
    return found[0] if len(found) == 1 else None


def _dated_by_datum(columns: Sequence[str], of: Mapping[str, str]) -> dict[str, str]:
    """Coordinate columns whose names carry a datum (bd09_lng, gdlat), both of the same one; WGS 84 first."""
    for datum, word in (_DATUM_WORDS[2], *_DATUM_WORDS[:2]):
        found: dict[str, str] = {}
        for spec in (LNG, LAT):
            wanted = {plain(name) for name in (spec.name, *spec.titles, *spec.aliases)}
            for column in columns:
                if column not in of.values() and datum_named(column) == datum:
                    bare = plain(word.sub("", unicodedata.normalize("NFKC", column).casefold()))
                    if bare in wanted:
                        found.setdefault(spec.name, column)
        if len(found) == 2:
            return found
    return {}


def datum_named(name: str) -> Datum | None:
    """The datum a column's name speaks of."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    for datum, words in _DATUM_WORDS:
        if re.search(rf"(?<![a-z])(?:{words.pattern})(?:lng|lon|long|lat|x|y|经|纬|坐标|\b|_|$)", folded):
            return datum
    return None
