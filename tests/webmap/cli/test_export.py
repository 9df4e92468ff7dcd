"""`linli export`: a layer as a file, for staff whole, for the public as it may be seen; what goes out comes back in."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pytest
import shapely

from data.database import Database
from tests.data.exchange.reading import feature, geojson_file
from tests.webmap.cli.loading import count, csv_file, rows, run

HEAD = "id,name,lng,lat,kind,hours,staff_wanted,valid_from"
GATES = ("7,东门 =A1,121.4,31.1,station,Mo-Fr 06:00-22:00,3,2026-11-22T08:00:00Z", "8,@西门,121.41,31.11,market,,,")


@pytest.fixture
def gates(kept: Database, tmp_path: Path) -> Database:
    assert run("load", "checkpoints", csv_file(tmp_path / "gates.csv", HEAD, *GATES)).exit_code == 0
    return kept


@pytest.mark.parametrize("extension", [".csv", ".geojson", ".gpkg", ".parquet"])
def test_what_is_exported_loads_again_as_the_same(gates: Database, tmp_path: Path, extension: str) -> None:
    before = rows(gates, "checkpoints")

    said = run("export", "checkpoints", tmp_path / f"out{extension}")

    assert said.exit_code == 0, said.output
    assert "checkpoints: 2 rows" in said.stdout
    again = run("load", "checkpoints", tmp_path / f"out{extension}")
    assert again.exit_code == 0, again.output
    assert "0 created, 2 updated" in again.stdout
    told = {"changed_at", "since"}
    after = rows(gates, "checkpoints")
    assert [{k: v for k, v in row.items() if k not in told} for row in after] == [
        {k: v for k, v in row.items() if k not in told} for row in before
    ]


def test_a_csv_is_tagged_with_hxl_and_runs_nothing(gates: Database, tmp_path: Path) -> None:
    run("export", "checkpoints", tmp_path / "out.csv")

    head, tags, _, second = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    tag_of = dict(zip(head.split(","), tags.split(","), strict=True))
    assert (tag_of["name"], tag_of["lng"], tag_of["lat"]) == ("#loc+name", "#geo+lon", "#geo+lat")
    assert "'@西门" in second


def test_the_public_file_has_public_fields_only(gates: Database, tmp_path: Path) -> None:
    run("export", "checkpoints", tmp_path / "out.geojson", "--public")

    [first, _] = json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]
    assert first["properties"]["name"] == "东门 =A1"
    assert "staff_wanted" not in first["properties"]
    assert "source_id" not in first["properties"]


def test_the_public_gets_needs_as_cells_of_the_publication_only(kept: Database, tmp_path: Path) -> None:
    run("load", "needs", csv_file(tmp_path / "needs.csv", "lng,lat,service,words", "121.4,31.1,food,我住三楼"))

    said = run("export", "needs", tmp_path / "out.geojson", "--public")

    assert said.exit_code == 0, said.output
    text = (tmp_path / "out.geojson").read_text("utf-8")
    assert "三楼" not in text
    assert all(one["geometry"]["type"] == "Polygon" for one in json.loads(text)["features"])


def test_outlines_go_out_right_handed_and_whole(kept: Database, tmp_path: Path) -> None:
    ring = [[121.4, 31.1], [121.4, 31.11], [121.41, 31.11], [121.41, 31.1], [121.4, 31.1]]
    drawn = feature({"type": "Polygon", "coordinates": [ring]}, title="向阳", aliases=["甲", "乙"])
    assert run("load", "compounds", geojson_file(tmp_path / "in.geojson", [drawn])).exit_code == 0

    run("export", "compounds", tmp_path / "out.geojson")

    [found] = json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]
    shape = shapely.geometry.shape(found["geometry"])
    assert found["properties"]["aliases"] == ["甲", "乙"]
    assert shape.geoms[0].exterior.is_ccw
    assert shapely.equals(shape, shapely.Polygon(ring))


def test_a_geopackage_holds_one_layer_of_that_name(gates: Database, tmp_path: Path) -> None:
    run("export", "checkpoints", tmp_path / "out.gpkg")

    assert list(geopandas.list_layers(tmp_path / "out.gpkg")["name"]) == ["checkpoints"]


def test_an_empty_layer_is_a_file_without_rows(kept: Database, tmp_path: Path) -> None:
    assert run("export", "supply_drops", tmp_path / "out.csv").exit_code == 0
    assert count(kept, "supply_drops") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("roads", "out.csv"), "there is no layer 'roads'"),
        (("checkpoints", "out.docx"), "the extension must be one of .geojson, .gpkg, .csv, .parquet"),
        (("checkpoints", "nowhere/out.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_one_clear_line(
    gates: Database, tmp_path: Path, words: tuple[str, str], said: str
) -> None:
    layer, name = words

    done = run("export", layer, tmp_path / name)

    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.startswith("linli: ")
