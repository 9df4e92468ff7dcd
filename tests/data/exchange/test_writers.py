"""Features out, and what is read back is what was written."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas
import hxl
import pytest
import shapely

from data.exchange.reasons import Reason, Reject, Unreadable
from data.exchange.rejected import RejectedFile
from data.exchange.specs import FieldSpec, GeometryKind
from data.exchange.writers import FORMATS, write_features
from tests.data.exchange.reading import read

FIELDS = (
    FieldSpec("name", hxl="#loc+name"),
    FieldSpec("households", "whole", hxl="#population+hh"),
    FieldSpec("aliases", "texts"),
    FieldSpec("items", "structure"),
    FieldSpec("valid_from", "moment", hxl="#date+start"),
)
WHEN = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
CLOCKWISE = shapely.Polygon([(121.4, 31.1), (121.4, 31.11), (121.41, 31.11), (121.41, 31.1)])
ROWS: list[dict[str, Any]] = [
    {"name": "向阳小区", "households": 812, "aliases": ["甲", "乙"], "items": [{"quantity": Decimal("3.5")}],
     "valid_from": WHEN, "geometry": CLOCKWISE},
    {"name": "=1+1", "households": None, "aliases": [], "items": [], "valid_from": None, "geometry": CLOCKWISE},
]  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]] = ROWS, geometry: GeometryKind = "polygon") -> Path:
    assert write_features(path, rows, FIELDS, geometry, layer="compounds") == len(rows)
    return path


def test_geojson_follows_its_standard(tmp_path: Path) -> None:
    features = json.loads(write(tmp_path / "a.geojson").read_text("utf-8"))["features"]

    assert features[0]["properties"] == {
        "name": "向阳小区",
        "households": 812,
        "aliases": ["甲", "乙"],
        "items": [{"quantity": 3.5}],
        "valid_from": "2026-11-22T05:30:00Z",
    }
    assert shapely.geometry.shape(features[0]["geometry"]).exterior.is_ccw


@pytest.mark.parametrize("extension", FORMATS)
def test_names_figures_and_shapes_are_the_same_in_every_format(tmp_path: Path, extension: str) -> None:
    path = write(tmp_path / f"a{extension}")

    rows = [cells for _, cells in read(path)[0]]

    assert [str(row["name"]).lstrip("'") for row in rows] == ["向阳小区", "=1+1"]
    assert [str(row["households"] or "") for row in rows] == ["812", ""]
    assert all(shapely.equals(shapely.from_wkt(row["wkt"]), CLOCKWISE) for row in rows)


def test_csv_has_hxl_tags_a_mark_for_excel_and_nothing_to_run(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv")

    raw = path.read_bytes()
    table = list(csv.reader(path.read_text("utf-8-sig").splitlines()))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert table[0] == ["name", "households", "aliases", "items", "valid_from", "wkt"]
    assert table[1] == ["#loc+name", "#population+hh", "", "", "#date+start", "#geo+wkt"]
    assert table[3][0] == "'=1+1"
    assert hxl.data(list(map(list, table))).columns[1].tag == "#population"


def test_points_are_two_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [{"name": "卡点", "geometry": shapely.Point(-73.98, 31.1)}], "point")

    assert read(path)[0][0][1]["lng"] == "-73.98"


def test_parquet_keeps_types_and_lists(tmp_path: Path) -> None:
    frame = geopandas.read_parquet(write(tmp_path / "a.parquet"))

    assert frame.crs.to_epsg() == 4326
    assert list(frame["aliases"][0]) == ["甲", "乙"]
    assert frame["valid_from"][0].to_pydatetime() == WHEN
    assert str(frame["households"].dtype) == "Int64"


@pytest.mark.parametrize("extension", FORMATS)
def test_a_layer_without_features_is_a_file_without_rows(tmp_path: Path, extension: str) -> None:
    assert write(tmp_path / f"a{extension}", []).stat().st_size


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a{extension}"
    path.write_text("the old one")

    def broken() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(Unreadable, match="No space left"):
        write_features(path, broken(), FIELDS, "polygon", layer="compounds")

    assert path.read_text() == "the old one"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_an_interruption_leaves_nothing_half_written(tmp_path: Path) -> None:
    def interrupted() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_features(tmp_path / "a.geojson", interrupted(), FIELDS, "polygon", layer="compounds")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"), [("a.docx", "must be one of .geojson"), ("nowhere/a.csv", "cannot be written")]
)
def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        write_features(tmp_path / name, ROWS, FIELDS, "polygon", layer="compounds")


REJECT = Reject(7, Reason("no place", "没有位置"), {"名称": "=1+1", "户数": None})


def test_rejected_rows_are_kept_beside_the_input_ready_to_be_mended(tmp_path: Path) -> None:
    with RejectedFile(tmp_path / "a.csv", ("名称", "户数")) as file:
        assert file.path is None
        file.add(REJECT)

    assert file.path == tmp_path / "a.csv.rejected.csv"
    assert file.path.read_text("utf-8-sig").splitlines() == [
        "rejected_line,rejected_reason,退回原因,名称,户数",
        "7,no place,没有位置,'=1+1,",
    ]


def test_rejects_of_an_earlier_load_do_not_stay(tmp_path: Path) -> None:
    (tmp_path / "a.csv.rejected.csv").write_text("old")

    with RejectedFile(tmp_path / "a.csv", ("名称",)):
        pass

    assert list(tmp_path.iterdir()) == []


def test_rejected_rows_go_to_the_current_folder_where_the_inputs_takes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with RejectedFile(tmp_path / "gone" / "a.csv", ("名称",)) as file:
        file.add(REJECT)

    assert file.path == tmp_path / "a.csv.rejected.csv"
    assert file.path.exists()
