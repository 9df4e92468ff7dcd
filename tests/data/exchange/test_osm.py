"""OpenStreetMap extracts are read whole or not at all; they give compounds and checkpoint candidates, none invented."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.exchange.osm import batches
from data.exchange.osm_files import examine
from data.exchange.osm_places import Neighbourhood
from data.exchange.reasons import Unreadable
from tests.data.extracts import Extract, header_block, packed

HOME = (121.40, 31.10)
BOX = (121.39, 31.09, 121.42, 31.12)
METRE = 1 / 111_320  # degrees of latitude


def found_in(path: Path) -> Neighbourhood:
    found = Neighbourhood()
    for batch in batches(examine(path)):
        found.add(batch)
    return found


def quarter() -> Extract:
    extract = Extract(BOX)
    tags = {"landuse": "residential", "name": "向阳小区", "name:en": "Sunny Court", "alt_name": "向阳一村;向阳里"}
    extract.area(*HOME, 0.002, {**tags, "addr:street": "向阳路", "addr:housenumber": "8"})
    extract.area(121.405, 31.10, 0.002, {"landuse": "residential"})
    return extract


def test_a_named_residential_area_is_a_compound_and_an_unnamed_one_is_only_counted(tmp_path: Path) -> None:
    found = found_in(quarter().write(tmp_path / "quarter.osm"))
    [compound] = found.compounds
    assert compound.name == "向阳小区"
    assert compound.aliases == ("Sunny Court", "向阳一村", "向阳里")
    assert compound.address == "向阳路 8"
    assert compound.geometry.equals(shapely.box(121.40, 31.10, 121.402, 31.102))
    assert found.unnamed_areas == 1


def test_the_same_object_has_the_same_source_id_however_often_it_is_read(tmp_path: Path) -> None:
    path = quarter().write(tmp_path / "quarter.osm")
    assert [one.source_id for one in found_in(path).compounds] == [one.source_id for one in found_in(path).compounds]
    assert found_in(path).compounds[0].source_id.startswith("osm:way/")


@pytest.mark.parametrize(("metres", "is_candidate"), [(0, True), (20, True), (60, False)])
def test_a_gate_is_a_candidate_only_near_the_edge_of_a_named_compound(
    tmp_path: Path, metres: float, is_candidate: bool
) -> None:
    extract = quarter()
    extract.node((121.401, 31.10 - metres * METRE), {"barrier": "lift_gate"})
    found = found_in(extract.write(tmp_path / "quarter.osm"))
    candidates = found.checkpoints()
    assert [one.compound for one in candidates] == (["向阳小区"] if is_candidate else [])
    assert found.gates_apart == (0 if is_candidate else 1)


def test_a_gate_inside_a_compound_far_from_its_edge_is_none_of_its_entrances(tmp_path: Path) -> None:
    extract = quarter()
    extract.node((121.401, 31.101), {"barrier": "gate"})
    assert found_in(extract.write(tmp_path / "quarter.osm")).checkpoints() == []


def test_gates_without_a_name_are_numbered_within_their_compound_in_the_language_of_the_place(tmp_path: Path) -> None:
    extract = quarter()
    for lng in (121.4003, 121.4010, 121.4017):
        extract.node((lng, 31.10), {"barrier": "gate", **({"name": "南门"} if lng == 121.4010 else {})})
    names = [one.name for one in found_in(extract.write(tmp_path / "quarter.osm")).checkpoints()]
    assert sorted(names) == ["南门", "向阳小区出入口1", "向阳小区出入口2"]


def test_the_lanes_of_one_toll_station_are_one_candidate(tmp_path: Path) -> None:
    extract = Extract(BOX)
    for lane in range(6):
        extract.node((121.41, 31.11 + lane * 4 * METRE), {"barrier": "toll_booth"})
    extract.node((121.415, 31.11), {"railway": "station", "name": "Nanxing"})
    extract.area(121.395, 31.095, 0.001, {"amenity": "marketplace"})
    found = found_in(extract.write(tmp_path / "roads.osm")).checkpoints()
    assert [(one.kind, one.name) for one in found] == [
        ("expressway", "Toll station 1"),
        ("station", "Nanxing"),
        ("market", "Market 1"),
    ]


def test_a_broken_ring_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    extract = quarter()
    extract.way([HOME, HOME], {"landuse": "residential", "name": "nothing"}, closed=True)
    assert [one.name for one in found_in(extract.write(tmp_path / "quarter.osm")).compounds] == ["向阳小区"]


def test_the_box_an_extract_declares_is_read_from_xml_and_from_pbf(tmp_path: Path) -> None:
    xml = examine(quarter().write(tmp_path / "quarter.osm")).box
    pbf = tmp_path / "quarter.osm.pbf"
    pbf.write_bytes(header_block(BOX))
    packed_box = examine(pbf).box
    assert xml is not None
    assert packed_box is not None
    for box in (xml, packed_box):
        assert (box.west, box.south, box.east, box.north) == pytest.approx(BOX)


def test_an_extract_without_a_box_is_read_all_the_same(tmp_path: Path) -> None:
    assert examine(Extract().write(tmp_path / "quarter.osm")).box is None


@given(box=st.tuples(*[st.floats(-80, 80)] * 2), size=st.floats(0.001, 9))
def test_every_box_that_a_pbf_file_can_declare_is_read_back(
    box: tuple[float, float], size: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    west, south = box
    path = tmp_path_factory.mktemp("box") / "box.osm.pbf"
    path.write_bytes(header_block((west, south, west + size, south + size)))
    read = examine(path).box
    assert read is not None
    assert (read.west, read.south, read.east, read.north) == pytest.approx(
        (west, south, west + size, south + size), abs=1e-8
    )


@pytest.mark.parametrize("name", ["cut.osm", "cut.osm.pbf"])
def test_an_extract_cut_short_is_refused_whatever_stands_before_the_cut(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    whole = quarter().text().encode() if name.endswith(".osm") else header_block(BOX) + packed("OSMData", b"x" * 999)
    path.write_bytes(whole[: len(whole) - 20])
    with pytest.raises(Unreadable, match="cut short or damaged"):
        examine(path)


def test_a_block_that_was_damaged_on_the_way_is_refused(tmp_path: Path) -> None:
    block = bytearray(packed("OSMData", bytes(range(256)) * 8))
    block[len(block) // 2] ^= 0xFF
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(header_block(BOX) + bytes(block))
    with pytest.raises(Unreadable, match="damaged"):
        examine(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\x1f\x8b\x08\x00rest", "packed with gzip"),
        (b"PK\x03\x04rest", "packed with zip"),
        (b'<?xml version="1.0"?><osmChange version="0.6"></osmChange>', "change file"),
        (b'{"type": "FeatureCollection", "features": []}', "neither"),
        (b"name,lng,lat\n", "neither"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_what_it_is(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "quarter.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        examine(path)


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^cannot read none\.osm: No such file or directory$"):
        examine(tmp_path / "none.osm")


def test_the_content_counts_and_not_the_extension(tmp_path: Path) -> None:
    assert [one.name for one in found_in(quarter().write(tmp_path / "quarter.osm.pbf")).compounds] == ["向阳小区"]
