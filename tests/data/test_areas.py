"""Areas are kept by code, complete each other, are found by name, and hold places by geometry."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.area_columns import CODE_DIGITS, code_of, columns_of, parent_of
from data.area_files import AreaFile, AreaReport, load_areas
from data.areas import (
    UNKNOWN,
    AreaRow,
    area_of_code,
    areas_at,
    areas_of_level,
    communities_of,
    community_of,
    find_areas,
    put_areas,
    remove_source,
)
from data.database import Database, open_database
from data.exchange.reasons import Unreadable

NOW = datetime(2025, 3, 1, tzinfo=UTC)
WEST, EAST = shapely.box(120.0, 30.0, 120.1, 30.1), shapely.box(120.1, 30.0, 120.2, 30.1)

Load = Callable[..., AreaReport]


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    database = open_database(database_url)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def load(store: Database) -> Load:
    def run(path: Path, level: str, **how: object) -> AreaReport:
        return load_areas(store, AreaFile(path, level, **how), lambda *_: None, lambda *_: None)  # type: ignore[arg-type]

    return run


def put(store: Database, *rows: AreaRow) -> None:
    with store.write() as session:
        put_areas(session, rows, NOW)


def table(path: Path, columns: Sequence[str], *rows: Sequence[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


# ---- by place


def test_a_place_is_in_the_community_whose_outline_holds_it_else_unknown(store: Database) -> None:
    put(
        store,
        AreaRow("community", "a", "清波门社区", geometry=WEST),
        AreaRow("community", "b", "定安路社区", geometry=EAST),
    )
    with store.read() as session:
        assert communities_of(session, [120.05, 120.15, 121.0], [30.05, 30.05, 30.05]) == [
            "清波门社区",
            "定安路社区",
            UNKNOWN,
        ]


def test_a_community_known_only_by_name_holds_no_place(store: Database) -> None:
    put(store, AreaRow("community", "a", "清波门社区"))
    with store.read() as session:
        assert community_of(session, 120.05, 30.05) == UNKNOWN


def test_a_change_is_seen_by_the_next_question_and_a_change_undone_is_not(store: Database) -> None:
    put(store, AreaRow("community", "a", "清波门社区", geometry=WEST))
    with store.read() as session:
        assert community_of(session, 120.05, 30.05) == "清波门社区"
    with pytest.raises(ZeroDivisionError), store.write() as session:
        put_areas(session, [AreaRow("community", "a", "新社区", geometry=WEST)], NOW)
        assert community_of(session, 120.05, 30.05) == "新社区"
        raise ZeroDivisionError
    with store.read() as session:
        assert community_of(session, 120.05, 30.05) == "清波门社区"
    put(store, AreaRow("community", "a", "湖滨社区", geometry=WEST))
    with store.read() as session:
        assert community_of(session, 120.05, 30.05) == "湖滨社区"
    with store.write() as session:
        assert remove_source(session, "") == 1
    with store.read() as session:
        assert community_of(session, 120.05, 30.05) == UNKNOWN


def test_where_outlines_overlap_the_smallest_counts_and_the_border_belongs(store: Database) -> None:
    inner = shapely.box(120.04, 30.04, 120.06, 30.06)
    put(store, AreaRow("duty", "large", "large", geometry=WEST), AreaRow("duty", "small", "small", geometry=inner))
    with store.read() as session:
        found = areas_at(session, "duty", [120.05, 120.01, 120.0], [30.05, 30.01, 30.0])
    assert [area.code if area else None for area in found] == ["small", "large", "large"]


def test_a_place_in_the_hole_of_an_outline_is_outside(store: Database) -> None:
    ring = WEST - shapely.box(120.04, 30.04, 120.06, 30.06)
    put(store, AreaRow("community", "a", "a", geometry=ring))
    with store.read() as session:
        assert communities_of(session, [120.05, 120.01], [30.05, 30.01]) == [UNKNOWN, "a"]


@pytest.fixture(scope="module")
def many_areas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, list[shapely.Polygon]]]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('many') / 'store.sqlite'}")
    database.upgrade()
    chance = np.random.default_rng(5)
    shapes = [shapely.Point(*chance.uniform(-5, 5, 2)).buffer(chance.uniform(0.2, 2), 3) for _ in range(40)]
    with database.write() as session:
        rows = [AreaRow("community", f"{at:02}", f"{at:02}", geometry=shape) for at, shape in enumerate(shapes)]
        put_areas(session, rows, NOW)
    yield database, shapes
    database.close()


@given(places=st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), max_size=20))
def test_every_place_has_the_smallest_area_that_asking_each_one_finds(
    many_areas: tuple[Database, list[shapely.Polygon]], places: list[tuple[float, float]]
) -> None:
    database, shapes = many_areas
    with database.read() as session:
        found = communities_of(session, [lng for lng, _ in places], [lat for _, lat in places])
    for place, name in zip(places, found, strict=True):
        holding = [(shape.area, at) for at, shape in enumerate(shapes) if shape.intersects(shapely.Point(place))]
        assert name == (f"{min(holding)[1]:02}" if holding else UNKNOWN)


# ---- by code and name


def test_a_list_of_names_and_a_file_of_outlines_complete_each_other_in_either_order(store: Database) -> None:
    listed = AreaRow("district", "330109", "萧山区", name_en="Xiaoshan", aliases=("萧然",), parent="3301")
    outlined = AreaRow("district", "330109", "萧山区", geometry=WEST)
    for first, second in ((listed, outlined), (outlined, listed)):
        put(store, first)
        put(store, second)
        with store.read() as session:
            found = area_of_code(session, "330109")
            assert found is not None
            area, outline = found
            assert (area.name, area.name_en, area.parent_code) == ("萧山区", "Xiaoshan", "3301")
            assert outline is not None
            assert outline.equals(WEST)
        with store.write() as session:
            remove_source(session, "")


def test_a_code_of_another_level_is_refused_and_the_area_kept(store: Database) -> None:
    put(store, AreaRow("district", "330109", "萧山区"))
    with store.write() as session:
        result = put_areas(session, [AreaRow("community", "330109", "别的社区")], NOW)
    assert result.refused == {"330109": "district"}
    with store.read() as session:
        assert [area.name for area in areas_of_level(session, "district")] == ["萧山区"]
        assert areas_of_level(session, "community") == []


def test_a_level_that_is_none_is_refused(store: Database) -> None:
    with pytest.raises(ValueError, match="planet: not a level"):
        put(store, AreaRow("planet", "1", "Earth"))


def test_an_area_is_found_by_its_name_before_longer_names_and_by_an_old_name(store: Database) -> None:
    put(
        store,
        AreaRow("community", "330102001051", "西湖边社区"),
        AreaRow("district", "330106", "西湖区"),
        AreaRow("community", "330102001052", "西湖"),
        AreaRow("community", "330102001053", "小西湖社区", name_en="Little West Lake"),
    )
    put(store, AreaRow("district", "330106", "新西湖区"))
    with store.read() as session:
        names = [area.name for area in find_areas(session, "西湖")]
        assert names == ["西湖", "新西湖区", "西湖边社区", "小西湖社区"]
        assert [area.code for area in find_areas(session, "西湖区")] == ["330106"]
        assert [area.name for area in find_areas(session, "LITTLE westlake")] == ["小西湖社区"]
        assert len(find_areas(session, "330102001")) == 3
        assert len(find_areas(session, "西湖", level="community", limit=2)) == 2
        assert find_areas(session, "100%") == find_areas(session, "_") == find_areas(session, " ") == []


def test_a_parent_told_by_name_is_found_if_only_one_has_that_name(store: Database) -> None:
    put(
        store,
        AreaRow("district", "330109", "萧山区"),
        AreaRow("district", "1", "新区"),
        AreaRow("district", "2", "新区"),
    )
    put(store, *(AreaRow("subdistrict", name, name, parent=name) for name in ("萧山区", "新区", "远方区")))
    with store.read() as session:
        parents = {area.name: area.parent_code for area in areas_of_level(session, "subdistrict")}
    assert parents == {"萧山区": "330109", "新区": None, "远方区": None}


# ---- files


def test_a_list_without_outlines_loads_and_says_so(load: Load, store: Database, tmp_path: Path) -> None:
    path = table(tmp_path / "villages.csv", ("code", "name", "streetCode"), ("330102001051", "清波门社区", "330102001"))
    report = load(path, "community")
    assert (report.loaded, report.without_outline, report.rejected) == (1, 1, 0)
    with store.read() as session:
        [area] = areas_of_level(session, "community")
    assert (area.code, area.parent_code) == ("330102001051", "330102001")


def test_codes_written_long_and_short_are_the_same_area(load: Load, store: Database, tmp_path: Path) -> None:
    load(table(tmp_path / "short.csv", ("code", "name"), ("3301", "杭州市")), "city")
    report = load(table(tmp_path / "long.csv", ("adcode", "name", "wkt"), ("330100", "杭州市", WEST.wkt)), "city")
    assert (report.created, report.updated) == (0, 1)
    with store.read() as session:
        assert [(area.code, area.parent_code) for area in areas_of_level(session, "city")] == [("3301", "33")]


def test_outlines_without_codes_find_the_codes_of_their_parents_areas(
    load: Load, store: Database, tmp_path: Path
) -> None:
    put(store, AreaRow("subdistrict", "330109001", "城厢街道", parent="330109"))
    path = table(tmp_path / "outlines.csv", ("name", "wkt"), ("城厢街道", WEST.wkt), ("红山农场", EAST.wkt))
    report = load(path, "subdistrict", parent="330109")
    assert (report.created, report.updated) == (1, 1)
    assert load(path, "subdistrict", parent="330109").updated == 2
    with store.read() as session:
        codes = [
            area.code if area else None for area in areas_at(session, "subdistrict", [120.05, 120.15], [30.05] * 2)
        ]
    assert codes == ["330109001", "subdistrict:330109/红山农场"]


def test_every_row_is_loaded_or_rejected_with_its_line_and_reason(load: Load, tmp_path: Path) -> None:
    path = table(
        tmp_path / "areas.csv",
        ("code", "name", "wkt"),
        ("1", "good", WEST.wkt),
        ("2", "", WEST.wkt),
        ("1", "again", ""),
        ("3", "a point", "POINT (120 30)"),
        ("4", "far off", "POLYGON ((900 0, 901 0, 901 1, 900 0))"),
        ("5", "crossed", "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"),
    )
    report = load(path, "duty")
    assert (report.read, report.loaded, report.rejected, report.repaired) == (6, 2, 4, 1)
    assert [reject.line for reject in report.rejects] == [3, 4, 5, 6]
    assert report.rejected_path == tmp_path / "areas.csv.rejected.csv"


def test_a_dry_run_says_the_same_and_changes_nothing(load: Load, store: Database, tmp_path: Path) -> None:
    path = table(tmp_path / "areas.csv", ("code", "name"), ("1", "one"), ("2", ""))
    report = load(path, "duty", dry_run=True)
    assert (report.created, report.rejected, report.rejected_path) == (1, 1, None)
    with store.read() as session:
        assert areas_of_level(session, "duty") == []


def test_a_file_without_a_name_is_refused_and_a_column_can_be_named(load: Load, tmp_path: Path) -> None:
    path = table(tmp_path / "areas.csv", ("Nr", "Wer"), ("1", "one"))
    with pytest.raises(Unreadable, match="no column for name"):
        load(path, "duty")
    assert load(path, "duty", fields={"name": "Wer", "code": "Nr"}).loaded == 1


@pytest.mark.parametrize(
    ("level", "columns", "name", "code", "parent"),
    [
        ("district", "province_adcode city_name city_adcode district_name district_adcode", "district_name",
         "district_adcode", "city_adcode"),
        ("city", "province_name province_adcode city_name city_adcode short_name", "city_name", "city_adcode",
         "province_adcode"),
        ("community", "code name streetCode provinceCode cityCode areaCode", "name", "code", "streetCode"),
        ("subdistrict", "code name areaCode provinceCode cityCode", "name", "code", "areaCode"),
        ("district", "dist_id district ocha_pcode zone", "district", "ocha_pcode", None),
        ("community", "社区 社区代码 街道", "社区", "社区代码", "街道"),
    ],
    ids=["map of districts", "map of cities", "communities", "subdistricts", "Nepal", "Chinese"],
)  # fmt: skip
def test_the_columns_that_real_files_have_are_found(
    level: str, columns: str, name: str, code: str, parent: str | None
) -> None:
    found = columns_of(columns.split(), level, {}, {}).of
    assert (found.get("name"), found.get("code"), found.get("parent")) == (name, code, parent)


@given(level=st.sampled_from(sorted(CODE_DIGITS)), code=st.text("0123456789", min_size=1, max_size=14))
def test_a_code_is_shortened_only_by_zeros_and_only_once(level: str, code: str) -> None:
    short = code_of(code, level)
    assert code.startswith(short)
    assert set(code.removeprefix(short)) <= {"0"}
    assert code_of(short, level) == short
    assert short.startswith(parent_of(short, level))
