"""The base map is made from an extract whole or not at all, and shows what stands in the extract."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.basemap import Drawing, DrawingFailed, Finished, basemap_path, program, read_header
from data.coastline import sea
from data.exchange.osm import batches
from data.exchange.osm_files import examine
from geo.coordinates import Box
from tests.data.extracts import Extract

BOX = (121.390, 31.090, 121.420, 31.120)


def town() -> Extract:
    extract = Extract(BOX)
    extract.way([(121.38, 31.10), (121.43, 31.10)], {"highway": "primary", "name": "南浦路", "name:en": "Nanpu Road"})
    extract.way([(121.40, 31.09), (121.40, 31.12)], {"highway": "residential", "name": "向阳路"})
    extract.way([(121.41, 31.09), (121.41, 31.12)], {"waterway": "river", "name": "小月河"})
    extract.way([(121.391, 31.091), (121.392, 31.092)], {"highway": "proposed"})
    extract.area(121.401, 31.101, 0.004, {"landuse": "residential", "name": "向阳小区"})
    extract.area(121.402, 31.102, 0.0004, {"building": "apartments", "name": "3号楼"})
    extract.area(121.412, 31.105, 0.003, {"leisure": "park", "name": "街心公园"})
    extract.area(121.392, 31.105, 0.003, {"natural": "water"})
    extract.node((121.405, 31.11), {"place": "suburb", "name": "南浦", "name:en": "Nanpu"})
    extract.node((121.406, 31.111), {"amenity": "hospital", "name": "第一医院"})
    extract.node((121.407, 31.111), {"amenity": "hospital"})
    return extract


def draw(extract: Path, destination: Path) -> Finished:
    checked = examine(extract)
    with Drawing(destination, checked.box) as drawing:
        for batch in batches(checked):
            drawing.add(batch)
        finished = drawing.finish()
        finished.put_in_place()
    return finished


def features(path: Path, zoom: int) -> Iterator[dict[str, Any]]:
    """What a reader of the tiles of one zoom is shown."""
    decode = Path(program()).with_name("tippecanoe-decode")
    told = subprocess.run([decode, f"-Z{zoom}", f"-z{zoom}", path], capture_output=True, check=True, text=True)
    for tile in json.loads(told.stdout)["features"]:
        for layer in tile["features"]:
            for feature in layer["features"]:
                yield {"layer": layer["properties"]["layer"], **feature["properties"]}


@pytest.fixture(scope="module")
def town_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    return draw(town().write(folder / "town.osm"), folder / "basemap.pmtiles").path


def test_what_stands_in_the_extract_stands_on_the_map_by_layer_and_kind(town_map: Path) -> None:
    shown = {(one["layer"], one.get("kind"), one.get("name")) for one in features(town_map, 15)}
    assert shown == {
        ("roads", "major", "南浦路"),
        ("roads", "minor", "向阳路"),
        ("water", "river", "小月河"),
        ("water", "area", None),
        ("land", "residential", None),
        ("land", "park", None),
        ("buildings", None, None),
        ("places", "compound", "向阳小区"),
        ("places", "building", "3号楼"),
        ("places", "park", "街心公园"),
        ("places", "district", "南浦"),
        ("places", "hospital", "第一医院"),
    }


def test_an_english_name_is_there_beside_the_local_one_only_where_they_differ(town_map: Path) -> None:
    names = {one["name"]: one.get("name:en") for one in features(town_map, 15) if "name" in one}
    assert names["南浦路"] == "Nanpu Road"
    assert names["向阳路"] is None


def test_buildings_and_small_streets_are_kept_for_near_zooms(town_map: Path) -> None:
    from_far = {(one["layer"], one.get("kind")) for one in features(town_map, 10)}
    assert ("roads", "major") in from_far
    assert not {("roads", "minor"), ("buildings", None)} & from_far


def test_no_hospital_is_thinned_out_however_many_there_are(tmp_path: Path) -> None:
    extract = Extract(BOX)
    for number in range(300):
        place = (BOX[0] + 0.03 * (number % 20 + 0.5) / 20, BOX[1] + 0.03 * (number // 20 + 0.5) / 15)
        extract.node(place, {"amenity": "hospital", "name": f"第{number}医院"})
    path = draw(extract.write(tmp_path / "many.osm"), tmp_path / "basemap.pmtiles").path
    assert len({one["name"] for one in features(path, 12)}) == 300


def test_the_map_ends_where_the_extract_says_it_ends(town_map: Path) -> None:
    with town_map.open("rb") as file:
        header = read_header(file)
    assert header.bounds == pytest.approx(BOX, abs=1e-4)
    assert (header.min_zoom, header.max_zoom) == (4, 15)


def test_a_map_that_cannot_be_made_leaves_the_one_before_it_alone(tmp_path: Path) -> None:
    destination = tmp_path / "basemap.pmtiles"
    destination.write_bytes(b"the one before")
    nothing_to_show = Extract(BOX)
    nothing_to_show.node((121.40, 31.10), {"barrier": "bollard"})
    with pytest.raises(DrawingFailed, match="nothing that a base map shows"):
        draw(nothing_to_show.write(tmp_path / "nothing.osm"), destination)
    assert destination.read_bytes() == b"the one before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["basemap.pmtiles", "nothing.osm"]


def test_the_old_map_is_read_to_its_end_by_whoever_has_it_open(tmp_path: Path, town_map: Path) -> None:
    destination = tmp_path / "basemap.pmtiles"
    destination.write_bytes(b"the one before")
    with destination.open("rb") as reader:
        draw(town().write(tmp_path / "town.osm"), destination)
        assert reader.read() == b"the one before"
    assert destination.read_bytes()[:7] == b"PMTiles"


def test_what_a_killed_run_left_behind_is_swept_away_a_day_later(tmp_path: Path) -> None:
    import os
    import time

    old, new = tmp_path / ".basemap-old", tmp_path / ".basemap-new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    with Drawing(tmp_path / "basemap.pmtiles", None):
        pass
    assert not old.exists()
    assert new.exists()


def test_a_file_that_is_no_base_map_is_told_from_one(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    path.write_bytes(b"PMTiles")
    with path.open("rb") as file, pytest.raises(DrawingFailed, match="not a PMTiles file"):
        read_header(file)


def test_the_base_map_lies_beside_the_file_of_its_store() -> None:
    assert basemap_path("sqlite:////somewhere/linli.sqlite") == Path("/somewhere/basemap.pmtiles")
    assert basemap_path("postgresql://host/name").parent.name == "instance"


SEA_BOX = Box(0.0, 0.0, 1.0, 1.0)


def test_the_sea_lies_to_the_right_of_its_shore() -> None:
    northward = shapely.LineString([(0.4, 0.0), (0.4, 1.0)])
    water = sea([northward], SEA_BOX)
    assert water is not None
    assert water.equals(shapely.box(0.4, 0.0, 1.0, 1.0))
    assert sea([northward.reverse()], SEA_BOX).equals(shapely.box(0.0, 0.0, 0.4, 1.0))  # type: ignore[union-attr]


def test_an_island_is_no_sea_and_the_water_around_it_is() -> None:
    island = shapely.box(0.4, 0.4, 0.6, 0.6, ccw=True).exterior
    assert sea([island], SEA_BOX).equals(shapely.box(0, 0, 1, 1) - shapely.box(0.4, 0.4, 0.6, 0.6))  # type: ignore[union-attr]


def test_a_shore_cut_just_inside_the_box_still_closes_off_its_sea() -> None:
    water = sea([shapely.LineString([(0.4, 0.01), (0.4, 0.99)])], SEA_BOX)
    assert water is not None
    assert water.area == pytest.approx(0.6, abs=0.001)


def test_a_shore_that_ends_in_the_middle_makes_no_sea_rather_than_a_wrong_one() -> None:
    assert sea([shapely.LineString([(0.4, 0.0), (0.4, 0.5)])], SEA_BOX) is None
    assert sea([], SEA_BOX) is None
