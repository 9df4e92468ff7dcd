"""`linli load`: every row of a file is loaded or accounted for, and nothing bad gets in unseen."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pytest
import shapely
from sqlalchemy import select

from data.database import Database
from geo.cells import leaf_of
from geo.datums import from_wgs84
from layers.needs.record import NeedPrivate
from tests.data.exchange.reading import feature, geojson_file, point
from tests.webmap.cli.loading import count, csv_file, rows, run

COMPOUND = shapely.box(121.400, 31.100, 121.404, 31.103)
OTHER = shapely.box(121.410, 31.100, 121.414, 31.103)
SERVICES = "food, medicine, supplies, elder_care, child_care, counselling, medical_transport, repairs"


def compounds(path: Path, *names: str) -> Path:
    shapes = [shapely.affinity.translate(COMPOUND, xoff=0.01 * place) for place in range(len(names))]
    drawn = [json.loads(shapely.to_geojson(shape)) for shape in shapes]
    return geojson_file(path, [feature(shape, title=name) for shape, name in zip(drawn, names, strict=True)])


# ---- what goes in


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_of_points_is_loaded_with_its_columns_shown_first(kept: Database, tmp_path: Path, encoding: str) -> None:
    head = "编号;卡点名称;经度;纬度;放行"
    path = csv_file(tmp_path / "a.csv", head, "7;东门;121.4;31.1;1,200", encoding=encoding)

    said = run("load", "checkpoints", path)

    assert said.exit_code == 0, said.output
    assert said.stderr.index("name (Name) <- 卡点名称 ?") < said.stderr.index("1 rows read")
    assert "rows read 1, loaded 1, repaired 0, suspicious 0, rejected 0" in said.stdout
    [row] = rows(kept, "checkpoints")
    assert (row["source_id"], row["name"], row["passed"]) == ("7", "东门", 1200)
    assert (row["geometry"].x, row["geometry"].y) == (121.4, 31.1)


def test_needs_are_loaded_by_the_columns_the_contract_names(kept: Database, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path / "needs.csv",
        "id,lon,lat,service,words,urgency,people,reported_at",
        "1,121.4,31.1,food,两位老人,urgent,2,2022-04-19T08:30:00+08:00",
        "2,121.4,31.1,medicine,,,,",
    )

    said = run("load", "needs", path)

    assert said.exit_code == 0, said.output
    first, second = rows(kept, "needs")
    assert (first["service"], first["urgency"], first["people"], first["channel"]) == ("food", "urgent", 2, "file")
    assert first["reported_at"] == datetime(2022, 4, 19, 0, 30, tzinfo=UTC)
    assert (second["urgency"], second["state"]) == ("ordinary", "reported")
    assert (datetime.now(UTC) - second["reported_at"]).total_seconds() < 60


def test_times_without_a_zone_are_those_of_the_installation(
    kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_TIMEZONE", "America/New_York")
    path = csv_file(tmp_path / "a.csv", "lon,lat,service,Created Date", "-73.9,40.7,food,11/17/2021 02:07:21 PM")

    assert run("load", "needs", path).exit_code == 0
    assert rows(kept, "needs")[0]["reported_at"] == datetime(2021, 11, 17, 19, 7, 21, tzinfo=UTC)


def test_foreign_words_are_mapped_and_unmapped_ones_are_listed(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "lon,lat,类型", "121.4,31.1,买菜", "121.4,31.1,看病", "121.4,31.1,看病")

    said = run("load", "needs", path, "--value", "service:买菜=food")

    assert said.exit_code == 1
    assert "--value 'service:WORD=…': 看病 ×2" in said.stdout
    assert f"rejected line 3: Service (column 类型): “看病” is none of {SERVICES}" in said.stdout
    assert [row["service"] for row in rows(kept, "needs")] == ["food"]


def test_a_guessed_column_in_other_words_is_left_out_instead_of_costing_every_row(
    kept: Database, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "a.csv", "lon,lat,service,Status", "121.4,31.1,food,In Progress")

    said = run("load", "needs", path)

    assert said.exit_code == 0, said.output
    assert "column Status is not used for state" in said.stderr
    assert rows(kept, "needs")[0]["state"] == "reported"


def test_chinese_opening_hours_are_understood(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "name,lng,lat,serviceHours", "北门,121.4,31.1,(周一至周五)08:00-10:00")

    assert run("load", "checkpoints", path).exit_code == 0
    assert rows(kept, "checkpoints")[0]["hours"] == "Mo-Fr 08:00-10:00"


def test_a_figure_beyond_all_sense_is_rejected_with_its_limit(kept: Database, tmp_path: Path) -> None:
    said = run("load", "checkpoints", csv_file(tmp_path / "a.csv", "name,lng,lat,人手", "北门,121.4,31.1,1200"))

    assert "rejected line 2: Staff wanted (column 人手): must be 1000 or less" in said.stdout


def test_a_datum_is_turned_into_wgs84(kept: Database, tmp_path: Path) -> None:
    (lng,), (lat,) = from_wgs84([121.4], [31.1], "gcj02")
    path = csv_file(tmp_path / "a.csv", "name,lng,lat", f"北门,{lng},{lat}")

    assert run("load", "checkpoints", path, "--datum", "gcj02").exit_code == 0
    [row] = rows(kept, "checkpoints")
    assert (row["geometry"].x, row["geometry"].y) == pytest.approx((121.4, 31.1), abs=1e-6)


def test_another_coordinate_system_is_reprojected(kept: Database, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"title": ["向阳"]}, geometry=[COMPOUND], crs=4326).to_crs(4528)
    frame.to_file(tmp_path / "a.gpkg", engine="pyogrio")

    assert run("load", "compounds", tmp_path / "a.gpkg").exit_code == 0
    [row] = rows(kept, "compounds")
    assert shapely.hausdorff_distance(row["geometry"], COMPOUND) < 1e-6


def test_the_same_source_id_again_updates(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "id,name,lng,lat", "7,东门,121.4,31.1")
    run("load", "checkpoints", path)

    said = run("load", "checkpoints", csv_file(path, "id,name,lng,lat", "7,西门,121.4,31.1"))

    assert "0 created, 1 updated" in said.stdout
    assert [row["name"] for row in rows(kept, "checkpoints")] == ["西门"]


def test_a_list_in_another_order_updates_each_need_with_what_is_its_own(kept: Database, tmp_path: Path) -> None:
    """Also what is private: nobody's contact may end under another one's need."""
    head, numbers = "id,lon,lat,service,people,contact,words", range(1, 8)
    first = [f"{n},121.4{n},31.1,food,1,was {n},wanted {n}" for n in numbers]
    again = [f"{n},121.4{n},31.2,medicine,{n},is {n},wants {n}" for n in reversed(numbers)]
    run("load", "needs", csv_file(tmp_path / "a.csv", head, *first))

    said = run("load", "needs", csv_file(tmp_path / "b.csv", head, *again, "8,121.48,31.2,medicine,8,is 8,wants 8"))

    assert "1 created, 7 updated" in said.stdout
    with kept.read() as session:
        private = {row.need_id: row for row in session.scalars(select(NeedPrivate))}
    found = {int(row["source_id"]): (row, private[row["id"]]) for row in rows(kept, "needs")}
    assert len(private) == len(found) == 8
    for n, (row, own) in found.items():
        assert (row["service"], row["people"]) == ("medicine", n)
        assert (own.contact, own.words, own.lng, own.lat) == (f"is {n}", f"wants {n}", float(f"121.4{n}"), 31.2)
        assert row["leaf"] == leaf_of(own.lng, own.lat)
    assert run("verify").exit_code == 0


def test_a_file_without_ids_loaded_again_adds_nothing(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "name,lng,lat", "东门,121.4,31.1", "东门,121.4,31.1")

    for _ in range(2):
        assert run("load", "checkpoints", path).exit_code == 0

    assert count(kept, "checkpoints") == 2


def test_rows_without_a_place_are_joined_by_name_and_the_lost_ones_are_listed(kept: Database, tmp_path: Path) -> None:
    run("load", "compounds", compounds(tmp_path / "c.geojson", "向阳小区", "育秀八区"))
    path = csv_file(tmp_path / "z.csv", "name,level", "闵行区向阳小区（局部）,封控区", "没有的小区,管控区")

    said = run("load", "quarantine_zones", path, "--geometry-from", "compounds.name")

    assert said.exit_code == 1
    assert "not found by name: 没有的小区 ×1" in said.stdout
    [zone] = rows(kept, "quarantine_zones")
    assert (zone["level"], zone["name"]) == ("lockdown", "闵行区向阳小区（局部）")
    assert shapely.equals(zone["geometry"], shapely.MultiPolygon([COMPOUND]))


def test_a_shift_is_placed_by_the_compounds_it_names(kept: Database, tmp_path: Path) -> None:
    run("load", "compounds", compounds(tmp_path / "c.geojson", "向阳小区", "育秀八区"))
    head = "organization,role,starts_at,ends_at,places_wanted,compounds"
    path = csv_file(tmp_path / "s.csv", head, "蓝马甲,配送,2026-11-22 08:00,2026-11-22 12:00,5,向阳小区；育秀八区")

    said = run("load", "volunteer_shifts", path)

    assert said.exit_code == 0, said.output
    [shift] = rows(kept, "volunteer_shifts")
    assert shift["role"] == "delivery"
    assert shift["geometry"].area == pytest.approx(2 * COMPOUND.area)


def test_dated_lists_become_intervals_and_a_longer_list_goes_on_from_there(kept: Database, tmp_path: Path) -> None:
    run("load", "compounds", compounds(tmp_path / "c.geojson", "古美七村"))
    lists = ["date,level,name", "2022-04-19,封控区,古美七村", "2022-04-28,管控区,古美七村"]
    words = ("--geometry-from", "compounds.name", "--snapshots", "date", "--value", "level:封控区=lockdown")
    path = tmp_path / "z.csv"
    run("load", "quarantine_zones", csv_file(path, *lists), *words)

    said = run("load", "quarantine_zones", csv_file(path, *lists, "2022-05-09,防范区,古美七村"), *words)

    assert said.exit_code == 0, said.output
    assert "1 created, 2 updated" in said.stdout
    spans = [(z["level"], z["valid_from"], z["valid_to"]) for z in rows(kept, "quarantine_zones")]
    days = [datetime(2022, month, day, 16, tzinfo=UTC) for month, day in ((4, 18), (4, 27), (5, 8))]
    assert spans == [("lockdown", days[0], days[1]), ("control", days[1], days[2]), ("precaution", days[2], None)]


def test_compounds_drawn_once_for_each_address_are_one_place_to_join_by(kept: Database, tmp_path: Path) -> None:
    drawn = json.loads(shapely.to_geojson(COMPOUND))
    path = geojson_file(tmp_path / "c.geojson", [feature(drawn, title="向阳小区", id=key) for key in "ab"])
    assert "lines 2: the same name in the same place stands here already" in run("load", "compounds", path).stdout

    said = run(
        "load", "quarantine_zones", csv_file(tmp_path / "z.csv", "name,level", "向阳小区,封控区"),
        "--geometry-from", "compounds.name",
    )  # fmt: skip

    assert said.exit_code == 0, said.output
    assert shapely.equals(rows(kept, "quarantine_zones")[0]["geometry"], shapely.MultiPolygon([COMPOUND]))


def test_compounds_that_an_edited_file_would_put_on_the_map_twice_are_named(kept: Database, tmp_path: Path) -> None:
    path = compounds(tmp_path / "c.geojson", "向阳小区", "育秀八区")
    assert "suspicious 0" in run("load", "compounds", path).stdout
    assert "suspicious 0" in run("load", "compounds", path).stdout

    said = run("load", "compounds", compounds(path, "向阳小区", "育秀八区", "新家园"), "--dry-run")

    assert "suspicious 2" in said.stdout
    assert "lines 1-2: the same name in the same place stands here already under another id" in said.stdout


# ---- what stays out, and what is said of it


BAD_ROWS = {
    "1,东门,NaN,31.1": "longitude is “NaN”",
    "2,东门,121.4,inf": "latitude is “inf”",
    "3,东门,121.4,91": "latitude 91 is not between -90 and 90",
    "4,东门,31.1,121.4": "latitude and longitude may be swapped",
    "5,东门,,": "no place: the coordinates are empty",
    "6,,121.4,31.1": "Name (column name): is empty, and it is needed",
    "0,西门,121.4,31.1": "the id “0” stands already in line 2",
    "8,东门,121.4,31.1,extra": "5 cells, but the file has 4 columns",
}


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_bad_row_is_named_by_line_and_reason_and_stops_no_good_one(kept: Database, tmp_path: Path, bad: str) -> None:
    path = csv_file(tmp_path / "a.csv", "id,name,lng,lat", "0,北门,121.4,31.1", bad, "9,南门,121.4,31.1")

    said = run("load", "checkpoints", path)

    assert said.exit_code == 1
    assert "rows read 3, loaded 2, repaired 0, suspicious 0, rejected 1" in said.stdout
    assert any(line.startswith("rejected line 3: ") and BAD_ROWS[bad] in line for line in said.stdout.splitlines())
    assert [row["source_id"] for row in rows(kept, "checkpoints")] == ["0", "9"]
    with (tmp_path / "a.csv.rejected.csv").open(encoding="utf-8-sig") as file:
        [(line, *_)] = list(csv.reader(file))[1:]
    assert line == "3"


def test_rows_rejected_for_one_reason_do_not_hide_the_row_rejected_for_another(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "id,name,lng,lat", *(f"{n},门,121.4,91" for n in range(50)), "99,,121.4,31")

    said = run("load", "checkpoints", path).stdout.splitlines()

    assert sum(line.startswith("rejected line ") for line in said) == 21
    assert "rejected line 52: Name (column name): is empty, and it is needed" in said
    assert "… and 30 more rows, lines 22-51: latitude 91 is not between -90 and 90" in said
    with (tmp_path / "a.csv.rejected.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == 1 + 51


def test_each_layer_of_a_file_keeps_its_own_rejects(kept: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for name in ("schools", "医院/诊所"):
        frame = geopandas.GeoDataFrame({"name": [name]}, geometry=[COMPOUND], crs=4326)
        frame.to_file(path, layer=name, engine="pyogrio")
        assert run("load", "checkpoints", path, "--layer", name).exit_code == 1

    kept_apart = sorted(one.name for one in tmp_path.glob("*.csv"))
    assert kept_apart == ["a.gpkg.schools.rejected.csv", "a.gpkg.医院_诊所.rejected.csv"]


def test_a_row_joined_by_name_is_told_which_field_takes_the_name(kept: Database, tmp_path: Path) -> None:
    run("load", "compounds", compounds(tmp_path / "c.geojson", "向阳小区"))
    path = csv_file(tmp_path / "n.csv", "hospital,service", "向阳小区,food")

    said = run("load", "needs", path, "--geometry-from", "compounds.name")
    assert said.exit_code == 2
    assert "use --field compound=COLUMN" in said.stderr

    assert run(
        "load", "needs", path, "--geometry-from", "compounds.name", "--field", "compound=hospital"
    ).exit_code == 0  # fmt: skip


def test_an_interval_that_ends_before_it_starts_is_rejected(kept: Database, tmp_path: Path) -> None:
    head = "name,lng,lat,window_from,window_to"
    path = csv_file(tmp_path / "a.csv", head, "物资点,121.4,31.1,2026-11-22 12:00,2026-11-22 08:00")

    said = run("load", "supply_drops", path)

    assert said.exit_code == 1
    assert "rejected line 2: the interval ends before it starts" in said.stdout


def test_rejected_rows_once_mended_load_from_their_own_file(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "id,name,lng,lat", "1,=东门,121.4,91", "2,西门,121.4,31.1")
    run("load", "checkpoints", path)
    rejected = tmp_path / "a.csv.rejected.csv"
    rejected.write_bytes(rejected.read_bytes().replace(b",91", b",31.2"))

    said = run("load", "checkpoints", rejected)

    assert said.exit_code == 0, said.output
    assert sorted(row["name"] for row in rows(kept, "checkpoints")) == ["=东门", "西门"]


def test_rejected_features_keep_their_shape_for_mending(kept: Database, tmp_path: Path) -> None:
    path = geojson_file(tmp_path / "a.geojson", [feature(json.loads(shapely.to_geojson(COMPOUND)), title="")])
    assert run("load", "compounds", path).exit_code == 1
    rejected = tmp_path / "a.geojson.rejected.csv"
    rejected.write_text(rejected.read_text("utf-8-sig").replace(',,"POLY', ',向阳,"POLY'))

    assert run("load", "compounds", rejected).exit_code == 0
    assert shapely.equals(rows(kept, "compounds")[0]["geometry"], shapely.MultiPolygon([COMPOUND]))


def test_a_polygon_that_crosses_itself_is_repaired_and_counted(kept: Database, tmp_path: Path) -> None:
    ring = [[121.4, 31.1], [121.41, 31.11], [121.41, 31.1], [121.4, 31.11], [121.4, 31.1]]
    path = geojson_file(tmp_path / "a.geojson", [feature({"type": "Polygon", "coordinates": [ring]}, title="向阳")])

    said = run("load", "compounds", path)

    assert said.exit_code == 0, said.output
    assert "loaded 1, repaired 1" in said.stdout
    assert shapely.is_valid(rows(kept, "compounds")[0]["geometry"])


def test_points_for_a_layer_of_outlines_are_rejected(kept: Database, tmp_path: Path) -> None:
    said = run("load", "compounds", geojson_file(tmp_path / "a.geojson", [feature(point(121.4, 31.1), title="向阳")]))

    assert said.exit_code == 1
    assert "rejected line 1: this is a Point, and an outline (polygon) is needed" in said.stdout
    assert count(kept, "compounds") == 0


def test_suspicious_places_are_loaded_as_they_are_and_named(kept: Database, tmp_path: Path) -> None:
    good = [f"{row},棚{row},{85.3 + row / 1000},{27.7 + row / 1000}" for row in range(2, 30)]
    path = csv_file(tmp_path / "a.csv", "id,name,lng,lat", *good, "30,a,27.68,85.29", "31,b,0,0", "32,c,100.2,20")

    said = run("load", "checkpoints", path)

    assert said.exit_code == 0, said.output
    assert "loaded 31, repaired 0, suspicious 3, rejected 0" in said.stdout
    assert "lines 30: latitude and longitude look swapped" in said.stdout
    assert "lines 31: the place is 0, 0" in said.stdout
    assert "lines 32: far from the other places" in said.stdout
    assert rows(kept, "checkpoints")[28]["geometry"].x == 27.68


def test_points_that_only_make_sense_as_gcj02_are_told(kept: Database, tmp_path: Path) -> None:
    names = [f"{number}村" for number in range(12)]
    run("load", "compounds", compounds(tmp_path / "c.geojson", *names))
    lngs, lats = from_wgs84([121.402 + 0.01 * place for place in range(12)], [31.1015] * 12, "gcj02")
    lines = [f"门{place},{lng},{lat}" for place, (lng, lat) in enumerate(zip(lngs, lats, strict=True))]

    said = run("load", "checkpoints", csv_file(tmp_path / "a.csv", "name,lng,lat", *lines))

    assert said.exit_code == 0
    assert "probably the file needs --datum gcj02" in said.stdout


def test_a_column_named_after_another_datum_is_told(kept: Database, tmp_path: Path) -> None:
    said = run("load", "checkpoints", csv_file(tmp_path / "a.csv", "name,bd09_lng,bd09_lat", "东门,121.4,31.1"))

    assert "if it is BD-09, use --datum bd09" in said.stdout


# ---- what is refused as a whole


#: One feature whose name runs on for longer than GDAL reads.
ENDLESS = b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"name":"%s"}}]}' % (
    b"x" * 11_000_000
)

REFUSED: dict[str, tuple[str, bytes, tuple[str, ...], str]] = {
    "empty": ("a.csv", b"", (), "a.csv is empty"),
    "only-a-header": ("a.csv", b"name,lng,lat\n", (), "a.csv has no rows"),
    "excel-behind-csv": ("a.csv", b"PK\x03\x04abc", (), "a.csv ends in .csv but holds"),
    "text-behind-geojson": ("a.geojson", b"name,lng,lat\n1,2,3\n", (), "a.geojson cannot be read"),
    "json-behind-csv": ("a.csv", b'{"type": "FeatureCollection"}', (), "a.csv ends in .csv but holds JSON"),
    "endless-text": ("a.geojson", ENDLESS, (), "a.geojson cannot be read: one value is longer than 10 MB"),
    "no-coordinates": ("a.csv", "name,地址\n东门,向阳路\n".encode(), (), "no columns with coordinates"),
    "no-name": ("a.csv", b"what,lng,lat\n1,121,31\n", (), "no column for name"),
    "metres": ("a.csv", b"name,lng,lat\n1,985139,200995\n", (), "its coordinates are not degrees"),
    "unknown-field": ("a.csv", b"name,lng,lat\n1,121,31\n", ("--field", "hous=name"), "there is no field hous"),
    "unknown-column": ("a.csv", b"name,lng,lat\n1,121,31\n", ("--field", "name=x"), "the file has no column x"),
    "unknown-choice": ("a.csv", b"name,lng,lat\n1,121,31\n", ("--value", "kind:a=b"), "b is none of compound_entrance"),
    "half-a-field": ("a.csv", b"name,lng,lat\n1,121,31\n", ("--field", "name"), "write OURS=COLUMN"),
    "half-a-value": ("a.csv", b"name,lng,lat\n1,121,31\n", ("--value", "kind"), "write FIELD:THEIRS=OURS"),
    "unknown-reference": ("a.csv", b"name\n1\n", ("--geometry-from", "roads.name"), "write LAYER.FIELD"),
    "empty-reference": ("a.csv", b"name\n1\n", ("--geometry-from", "compounds.name"), "there are no compounds yet"),
    "unknown-encoding": ("a.csv", b"name,lng,lat\n1,121,31\n", ("--encoding", "klingon"), "klingon is not a known"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_taken_is_one_clear_line_and_nothing_changed(
    kept: Database, tmp_path: Path, case: str
) -> None:
    name, content, words, why = REFUSED[case]
    (tmp_path / name).write_bytes(content)

    said = run("load", "checkpoints", tmp_path / name, *words)

    assert said.exit_code == 2
    assert said.stderr.splitlines()[-1].startswith("linli: ")
    assert why in said.stderr.splitlines()[-1]
    assert said.stdout == ""
    assert count(kept, "checkpoints") == 0


def test_a_file_without_a_coordinate_system_is_taken_for_degrees_and_says_so(kept: Database, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"name": ["东门"]}, geometry=[shapely.Point(121.4, 31.1)], crs=4326)
    frame.to_file(tmp_path / "a.shp", engine="pyogrio", encoding="UTF-8")
    (tmp_path / "a.prj").unlink()
    said = run("load", "checkpoints", tmp_path / "a.shp")
    assert said.exit_code == 0
    assert "names no coordinate system; its coordinates are taken for longitude and latitude" in said.stderr

    frame.to_crs(2263).to_file(tmp_path / "b.shp", engine="pyogrio", encoding="UTF-8")
    (tmp_path / "b.prj").unlink()
    said = run("load", "checkpoints", tmp_path / "b.shp")
    assert said.exit_code == 2
    assert "add the .prj file" in said.stderr
    assert count(kept, "checkpoints") == 1


def test_a_layer_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert run("load", "roads", tmp_path / "a.csv").exit_code == 2


def test_a_dry_run_says_the_same_and_changes_nothing(kept: Database, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "id,name,lng,lat", "1,东门,121.4,31.1", "2,西门,121.4,91")

    said = run("load", "checkpoints", path, "--dry-run")

    assert said.exit_code == 1
    assert "rows read 2, loaded 1" in said.stdout
    assert "dry run: nothing was changed" in said.stdout
    assert count(kept, "checkpoints") == 0
    assert not (tmp_path / "a.csv.rejected.csv").exists()


def test_a_load_speaks_chinese_where_the_installation_does(
    kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_LANGUAGE", "zh_Hans")
    path = csv_file(tmp_path / "a.csv", "name,lng,lat", "东门,121.4,91")

    said = run("load", "checkpoints", path)

    assert "已读 1 行，已导入 0，已修复 0，可疑 0，退回 1" in said.stdout
    assert "退回第 2 行：纬度 91 不在 -90 到 90 之间" in said.stdout
