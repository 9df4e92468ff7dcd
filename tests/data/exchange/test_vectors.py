"""Map files and workbooks: every feature with its number, broken ones by themselves, wrong files as a whole."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import geopandas
import openpyxl
import pytest
import shapely

from data.exchange.reasons import Unreadable
from data.exchange.sources import open_source
from tests.data.exchange.reading import feature, geojson_file, lines, point, read, text_file

SQUARE = shapely.box(121.4, 31.1, 121.41, 31.11)


def frame(crs: int | None = 4326) -> geopandas.GeoDataFrame:
    names = {"名称": ["向阳小区", "育秀八区"], "户数": [812, None]}
    return geopandas.GeoDataFrame(names, geometry=[SQUARE, SQUARE], crs=crs)


def shapefile(tmp_path: Path, encoding: str, keep: tuple[str, ...] = (".shp", ".dbf", ".shx", ".prj")) -> Path:
    path = tmp_path / "a.shp"
    frame().to_file(path, encoding=encoding, engine="pyogrio")
    for part in tmp_path.glob("a.*"):
        if part.suffix not in keep:
            part.unlink()
    return path


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.kml", "a.fgb"])
def test_names_and_shapes_come_through_every_format(tmp_path: Path, name: str) -> None:
    named = frame().rename(columns={"名称": "Name"}) if name == "a.kml" else frame()
    how = {"a.shp": {"encoding": "UTF-8"}, "a.kml": {"driver": "KML"}}.get(name, {})
    named.to_file(tmp_path / name, engine="pyogrio", **how)

    rows, rejects = read(tmp_path / name)

    assert [line for line, _ in rows] == [1, 2]
    assert rows[1][1]["Name" if name == "a.kml" else "名称"] == "育秀八区"
    assert shapely.equals(shapely.from_wkt(rows[0][1]["wkt"]), SQUARE)
    assert not rejects


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_shapefile_that_names_no_encoding_is_judged_by_its_letters(tmp_path: Path, encoding: str) -> None:
    assert read(shapefile(tmp_path, encoding))[0][0][1]["名称"] == "向阳小区"


def test_a_shapefile_without_a_coordinate_system_says_so(tmp_path: Path) -> None:
    with_nothing = shapefile(tmp_path, "UTF-8", keep=(".shp", ".dbf", ".shx", ".cpg"))

    source = open_source(with_nothing)

    assert source.crs is None
    source.close()


def test_geojson_in_another_encoding_is_read(tmp_path: Path) -> None:
    path = geojson_file(tmp_path / "a.geojson", [feature(point(121.4, 31.1), 名称="向阳小区")], "gb18030")

    assert read(path)[0][0][1]["名称"] == "向阳小区"


def test_features_without_a_usable_shape_keep_their_number(tmp_path: Path) -> None:
    broken = {"type": "Point", "coordinates": ["a", 2]}
    features = [feature(point(1, 2), n=1), feature(broken, n=2), feature(None, n=3), feature(point(3, 4), n=4)]

    rows, _ = read(geojson_file(tmp_path / "a.geojson", features))

    assert [(line, cells["n"], "wkt" in cells) for line, cells in rows] == [
        (1, 1, True),
        (2, 2, False),
        (3, 3, False),
        (4, 4, True),
    ]


def test_moments_keep_the_zone_they_were_written_with(tmp_path: Path) -> None:
    path = geojson_file(tmp_path / "a.geojson", [feature(point(1, 2), at="2021-07-22T08:51:39+0800")])

    assert read(path)[0][0][1]["at"] == "2021-07-22T08:51:39+08:00"


def test_names_cut_in_the_middle_of_a_letter_cost_their_row_only(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "UTF-8", keep=(".shp", ".dbf", ".shx", ".prj", ".cpg"))
    table = path.with_suffix(".dbf")
    whole = table.read_bytes()
    table.write_bytes(whole.replace("育秀八区".encode(), "育秀八区".encode()[:-1] + b" "))

    rows, rejects = read(path)

    assert [line for line, _ in rows] == [1]
    assert lines(rejects) == [2]


def test_a_file_with_several_layers_lists_them(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame().to_file(path, layer="compounds", engine="pyogrio")
    frame().to_file(path, layer="zones", engine="pyogrio")

    with pytest.raises(Unreadable, match="--layer: compounds, zones"):
        read(path)
    with pytest.raises(Unreadable, match="no layer roads; it has: compounds, zones"):
        read(path, layer="roads")
    assert len(read(path, layer="zones")[0]) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.geojson", b"", "is empty"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "no rows"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[{"type":"Fea', "cannot be read"),
        ("a.geojson", b"a,b\n1,2\n", "not a vector file"),
        ("a.gpkg", b"a,b\n1,2\n", "ends in .gpkg but holds"),
        ("a.shp", b"a,b\n1,2\n", "not a vector file"),
        ("a.xlsx", b"a,b\n1,2\n", "ends in .xlsx but holds"),
        ("a.xlsx", b"PK\x03\x04nonsense", "cannot be read"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        ("a.kml", b"<html></html>", "cannot be read"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(text_file(tmp_path / name, content))


def test_a_feature_beyond_all_sense_is_refused_without_being_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.exchange.vectors.LARGEST_FEATURE_MEGABYTES", "1")
    ring = [[121 + step * 1e-6, 31 + step % 7 * 1e-6] for step in range(60_000)]
    huge = feature({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, name="a")

    with pytest.raises(Unreadable, match="one feature is larger than 1 MB"):
        read(geojson_file(tmp_path / "a.geojson", [feature(point(1, 2), name="b"), huge]))


def test_a_geopackage_with_another_extension_is_refused(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.gpkg", engine="pyogrio")
    (tmp_path / "a.gpkg").rename(tmp_path / "a.geojson")

    with pytest.raises(Unreadable, match=r"ends in \.geojson but holds"):
        read(tmp_path / "a.geojson")


@pytest.mark.parametrize("name", ["a.csv", "a.geojson", "a.xlsx"])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match=f"{name} cannot be read"):
        read(tmp_path / name)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_gives_numbers_dates_and_excel_rows(tmp_path: Path) -> None:
    when = datetime(2022, 4, 19, 8, 30)  # noqa: DTZ001 - as Excel keeps it
    rows = [["小区名单", None], [], ["名称", "户数", "日期"], ["向阳", 812, when], [None] * 3, ["育秀", "", None]]

    found, rejects = read(workbook(tmp_path / "a.xlsx", 名单=rows, 空=[]))

    assert found == [
        (4, {"名称": "向阳", "户数": 812, "日期": when}),
        (6, {"名称": "育秀", "户数": None, "日期": ""}),
    ]
    assert not rejects


def test_a_workbook_with_two_filled_sheets_lists_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", 甲=[["a", "b"], [1, 2]], 乙=[["a", "b"], [3, 4]])

    with pytest.raises(Unreadable, match="--layer: 甲, 乙"):
        read(path)
    with pytest.raises(Unreadable, match="no layer 丙"):
        read(path, layer="丙")
    assert read(path, layer="乙")[0] == [(2, {"a": 3, "b": 4})]


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    monkeypatch.setattr("data.exchange.workbooks.LARGEST_UNPACKED_BYTES", 1_000_000)

    with pytest.raises(Unreadable, match="unpacks to more"):
        read(path)


def test_gdal_reads_a_geopackage_in_a_process_that_has_spatialite_loaded(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.gpkg", engine="pyogrio")
    code = (
        "import sys; from pathlib import Path; from data.database import open_database\n"
        "from data.exchange.sources import open_source\n"
        "database = open_database(sys.argv[1]); database.upgrade()\n"
        "print(sum(len(chunk.lines) for chunk in open_source(Path(sys.argv[2])).chunks()))"
    )
    words = [sys.executable, "-c", code, f"sqlite:///{tmp_path}/a.sqlite", str(tmp_path / "a.gpkg")]

    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_gdal_is_loaded_in_one_place_only() -> None:
    root = Path(__file__).parents[3]
    sources = [path for package in ("geo", "data", "layers", "webmap") for path in (root / package).rglob("*.py")]

    loading = [path.name for path in sources if "import pyogrio" in path.read_text("utf-8").replace("gdal import", "")]

    assert loading == ["gdal.py"]
