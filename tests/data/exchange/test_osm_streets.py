"""Which lines of an extract people walk along, by OpenStreetMap's own rules, and which keep them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.exchange.osm import batches
from data.exchange.osm_files import examine
from data.exchange.osm_streets import FoundLine, FoundStreets
from tests.data.extracts import Extract

HERE, THERE = (121.40, 31.10), (121.41, 31.10)

WALKED = [
    {"highway": "residential"},
    {"highway": "primary"},
    {"highway": "footway", "bridge": "yes"},
    {"highway": "steps"},
    {"highway": "pedestrian", "tunnel": "yes"},
    {"highway": "cycleway"},
    {"highway": "trunk", "sidewalk": "both"},
    {"highway": "trunk", "sidewalk:left": "yes"},
    {"highway": "motorway_link", "foot": "yes"},
    {"highway": "service", "access": "private", "foot": "designated"},
    {"highway": "service", "access": "destination"},
]
NOT_WALKED = [
    {"highway": "motorway", "bridge": "yes"},
    {"highway": "trunk", "tunnel": "yes"},
    {"highway": "trunk", "sidewalk": "separate", "bridge": "yes"},
    {"highway": "residential", "foot": "no"},
    {"highway": "service", "access": "private"},
    {"highway": "secondary", "foot": "use_sidepath"},
    {"highway": "primary", "motorroad": "yes"},
    {"highway": "construction"},
    {"railway": "rail", "bridge": "yes"},
    {"railway": "subway", "tunnel": "yes"},
    {"railway": "tram"},
    {"waterway": "stream"},
    {"waterway": "canal", "tunnel": "culvert"},
]
KEEPS_OUT = [
    {"waterway": "river"},
    {"waterway": "canal"},
    {"railway": "rail"},
    {"highway": "motorway"},
    {"highway": "trunk"},
]


def found_in(extract: Extract, path: Path) -> tuple[list[FoundLine], float]:
    with FoundStreets() as found:
        for batch in batches(examine(extract.write(path))):
            found.add(batch)
        return [line for some in found.lines(2) for line in some], found.metres


@pytest.mark.parametrize(
    ("all_tags", "kinds"), [(WALKED, {"way"}), (NOT_WALKED, set()), (KEEPS_OUT, {"barrier"})], ids=["way", "none", "no"]
)
def test_people_walk_where_openstreetmap_says_they_may(
    tmp_path: Path, all_tags: list[dict[str, str]], kinds: set[str]
) -> None:
    extract = Extract()
    for tags in all_tags:
        extract.way([HERE, THERE], tags)

    lines, metres = found_in(extract, tmp_path / "ways.osm")

    assert {one.kind for one in lines} == kinds
    assert len(lines) == (len(all_tags) if kinds else 0)
    assert metres == pytest.approx(952 * len(all_tags) if kinds == {"way"} else 0, rel=0.01)


def test_a_square_is_walked_round_and_a_lake_has_a_shore_but_a_pond_has_none(tmp_path: Path) -> None:
    extract = Extract()
    extract.area(121.40, 31.10, 0.001, {"highway": "pedestrian", "area": "yes"})
    extract.area(121.41, 31.10, 0.002, {"natural": "water"})
    extract.area(121.42, 31.10, 0.0002, {"natural": "water"})

    lines, _ = found_in(extract, tmp_path / "areas.osm")

    assert sorted(one.kind for one in lines) == ["shore", "way"]
