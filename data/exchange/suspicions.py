"""Places that are probably wrong: said aloud, never mended in silence. Judged when the whole file has been seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from data.exchange.reasons import Reason
from geo.datums import DATUMS, Datum, from_wgs84, in_china, to_wgs84
from geo.distances import great_circle_m

Lines = NDArray[np.int64]
Degrees = NDArray[np.float64]

_DATUM_NAMES = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}

#: This near to 0°, 0° a place is the nothing of a geocoder, not a place: 1 km of open sea around the zero point.
ZERO_ISLAND_DEGREES = 0.01

#: A place counts as far away beyond this many robust spreads (1.4826 × the median distance from the median distance)
#: over the median distance, and never nearer than NEAREST_OUTLIER_M. With 8, of normally spread places one in 10^15 is
#: called far; larger misses wrong geocodes in wide sets.
SPREADS, NEAREST_OUTLIER_M = 8.0, 20_000.0

#: Fewer places than this have no middle worth judging by.
LEAST_PLACES = 5

#: How many of the file's first places are compared with what is known, to tell its datum.
SAMPLED_PLACES = 4_000

#: Of the compared places at least this many, and this share more than as given, must fit in another datum.
LEAST_FITTING, LEAST_SHARE_MORE = 5, 0.3

#: Two places of one name are the same place, drawn twice, up to this distance; the datums differ by 300 m and more.
SAME_PLACE_M = 120.0


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing that looks wrong, the lines it is about (ascending; empty for the file as a whole), and the words."""

    kind: str
    lines: tuple[int, ...]
    reason: Reason


@dataclass(slots=True)
class Known:
    """Places already known, in WGS 84: outlines, and their names where names can be compared, with their ids."""

    shapes: Sequence[shapely.Geometry] = ()
    names: Sequence[str] = ()
    ids: Sequence[str | None] = ()


@dataclass(slots=True)
class Places:
    """Collects the middle of every row's place, sixteen bytes each, with its line and, of the first ones, its name.

    Of places that should be there once only, name and id are kept of all.
    """

    _lines: list[Sequence[int]] = field(default_factory=list)
    _xy: list[Degrees] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _ids: list[str | None] = field(default_factory=list)

    def add(
        self,
        lines: Sequence[int],
        shapes: NDArray[np.object_],
        names: Sequence[str] = (),
        ids: Sequence[str | None] = (),
    ) -> None:
        """Rows with their WGS 84 shapes, none of them missing, and names where the file has any.

        ids: of things that should be there once only, such as homes.
        """
        middles = shapely.centroid(shapes)
        self._lines.append(lines)
        self._xy.append(np.column_stack((shapely.get_x(middles), shapely.get_y(middles))))
        if ids or len(self._names) < SAMPLED_PLACES:
            self._names.extend(names)
        self._ids.extend(ids)

    def judge(self, datum: Datum, known: Known) -> list[Suspicion]:
        """Everything suspicious in a file that was read in `datum`."""
        if not self._xy:
            return []
        lines = np.concatenate([np.asarray(part, dtype=np.int64) for part in self._lines])
        lngs, lats = np.concatenate(self._xy).T
        zero = (np.abs(lngs) < ZERO_ISLAND_DEGREES) & (np.abs(lats) < ZERO_ISLAND_DEGREES)
        found = [_suspicion("zero_island", lines[zero], _zero_island())] if zero.any() else []
        found += _far_and_swapped(lines[~zero], lngs[~zero], lats[~zero])
        if len(self._ids) == len(lines) == len(self._names):
            found += _twice(list(zip(lines.tolist(), self._names, self._ids, lngs, lats, strict=True)), known)
        first = slice(0, SAMPLED_PLACES)
        return found + _other_datum_fits(lines[first], lngs[first], lats[first], self._names[first], datum, known)


def _far_and_swapped(lines: Lines, lngs: Degrees, lats: Degrees) -> list[Suspicion]:
    if len(lines) < LEAST_PLACES:
        return []
    middle = float(np.median(lngs)), float(np.median(lats))
    away = great_circle_m(lngs, lats, *middle)
    usual = float(np.median(away))
    spread = 1.4826 * float(np.median(np.abs(away - usual)))
    limit = max(usual + SPREADS * spread, NEAREST_OUTLIER_M)
    far = away > limit
    turned_round = np.where(np.abs(lngs) <= 90, great_circle_m(lats, lngs, *middle), np.inf)
    swapped = far & (turned_round <= limit)
    found = [_suspicion("swapped", lines[swapped], _swapped(*middle))] if swapped.any() else []
    if (outlier := far & ~swapped).any():
        found.append(_suspicion("far_away", lines[outlier], _far_away(limit, float(away[outlier].min()))))
    return found


def _other_datum_fits(
    lines: Lines, lngs: Degrees, lats: Degrees, names: Sequence[str], datum: Datum, known: Known
) -> list[Suspicion]:
    """Whether the places only make sense in another datum: read so, clearly more of them fall on what is known."""
    inside = in_china(lngs, lats)
    if not inside.any() or not len(known.shapes):
        return []
    raw = from_wgs84(lngs[inside], lats[inside], datum)
    named = [name for name, kept in zip(names, inside.tolist(), strict=False) if kept]
    for fitting in (_on_the_same_name, _in_an_outline):
        fits = {other: fitting(*to_wgs84(*raw, other), named, known) for other in DATUMS}
        best = max(DATUMS, key=lambda other: int(fits[other].sum()))
        compared = int(np.logical_or.reduce(list(fits.values())).sum())
        more = fits[best] & ~fits[datum]
        if more.sum() >= LEAST_FITTING and fits[best].sum() - fits[datum].sum() >= LEAST_SHARE_MORE * compared:
            reason = _other_datum(datum, int(fits[datum].sum()), best, int(fits[best].sum()), compared)
            return [_suspicion("datum", lines[inside][more], reason)]
    return []


def _in_an_outline(lngs: Degrees, lats: Degrees, names: Sequence[str], known: Known) -> NDArray[np.bool_]:
    fits = np.zeros(len(lngs), dtype=bool)
    fits[shapely.STRtree(list(known.shapes)).query(shapely.points(lngs, lats), predicate="intersects")[0]] = True
    return fits


def _on_the_same_name(lngs: Degrees, lats: Degrees, names: Sequence[str], known: Known) -> NDArray[np.bool_]:
    fits = np.zeros(len(lngs), dtype=bool)
    middles = dict(zip(known.names, shapely.centroid(list(known.shapes)), strict=False))
    both = [index for index, name in enumerate(names) if name in middles]
    if len(names) == len(lngs) and both:
        there = shapely.get_coordinates([middles[names[index]] for index in both])
        fits[both] = great_circle_m(lngs[both], lats[both], *there.T) <= SAME_PLACE_M
    return fits


def _twice(rows: Sequence[tuple[int, str, str | None, float, float]], known: Known) -> list[Suspicion]:
    """Places that stand already under another id, on the map or in an earlier row: one name, a few steps apart."""
    there: dict[str, list[tuple[str | None, float, float]]] = defaultdict(list)
    for name, key, middle in zip(known.names, known.ids, shapely.centroid(list(known.shapes)), strict=False):
        there[name].append((key, middle.x, middle.y))
    lines = []
    for line, name, key, lng, lat in rows:
        others = [(x, y) for other, x, y in there[name] if other != key]
        if others and great_circle_m(lng, lat, *np.transpose(others)).min() <= SAME_PLACE_M:
            lines.append(line)
        there[name].append((key, lng, lat))
    return [Suspicion("twice", tuple(lines), _stands_twice())] if lines else []


def named_datum(column: str, datum: Datum) -> Suspicion:
    """A coordinate column that is named after another datum than the one it was read in."""
    name = _DATUM_NAMES[datum]
    reason = Reason(
        f"the column {column} is named after {name} but was read as WGS 84; if it is {name}, use --datum {datum}",
        f"列 {column} 的名称像是 {name} 坐标，却按 WGS 84 读取；若属实请加 --datum {datum}",
    )
    return Suspicion("datum_name", (), reason)


def line_ranges(lines: Iterable[int]) -> str:
    """Lines as people write them: 2–9, 14, 20–21."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def _suspicion(kind: str, lines: Lines, reason: Reason) -> Suspicion:
    return Suspicion(kind, tuple(sorted(lines.tolist())), reason)


def _stands_twice() -> Reason:
    return Reason(
        "the same name in the same place stands here already under another id; its households count twice",
        "同名同地的小区已用另一编号登记，户数会重复计算",
    )


def _zero_island() -> Reason:
    return Reason(
        "the place is 0, 0 in the sea off Africa: it was never located", "位置是 0, 0（非洲外海），定位没有成功"
    )


def _swapped(lng: float, lat: float) -> Reason:
    return Reason(
        f"latitude and longitude look swapped: turned round, the place lies near the others ({lat:.2f}, {lng:.2f})",
        f"经度和纬度看来颠倒了：对调后与其他位置（{lat:.2f}, {lng:.2f}）相近",
    )


def _far_away(limit_m: float, nearest_m: float) -> Reason:
    return Reason(
        f"far from the other places: {nearest_m / 1000:,.0f} km or more from their middle "
        f"(usual are up to {limit_m / 1000:,.0f} km)",
        f"离其他位置很远：距中心 {nearest_m / 1000:,.0f} 公里以上（一般不超过 {limit_m / 1000:,.0f} 公里）",
    )


def _other_datum(given: Datum, fit_as_given: int, best: Datum, fit_best: int, compared: int) -> Reason:
    return Reason(
        f"read as {_DATUM_NAMES[given]} {fit_as_given} of {compared} places fit what is known, read as "
        f"{_DATUM_NAMES[best]} {fit_best}; probably the file needs --datum {best}",
        f"按 {_DATUM_NAMES[given]} 读取，{compared} 处中有 {fit_as_given} 处与已知位置相符，按 {_DATUM_NAMES[best]} "
        f"有 {fit_best} 处；可能应加 --datum {best}",
    )
