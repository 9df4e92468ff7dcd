"""Which column is which field: by the names files use, and never twice."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from data.exchange.fields import LAT, LNG, WKT, Columns, choose_columns, datum_named
from data.exchange.reasons import Unreadable
from data.exchange.specs import FieldSpec

NAME = FieldSpec("name", en="Name", zh="小区名称", aliases=("title", "名称"), hxl="#loc+name")
HOUSEHOLDS = FieldSpec("households", "whole", en="Households", zh="户数", aliases=("hh",), hxl="#population+hh")
SPECS = (NAME, HOUSEHOLDS, LNG, LAT, WKT)


def chosen(*columns: str, given: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None) -> Columns:
    return choose_columns(columns, SPECS, given or {}, tags or {})


@pytest.mark.parametrize(
    ("columns", "of"),
    [
        (("name", "lng", "lat"), ("name", "lng", "lat")),
        (("小区名称", "经度", "纬度"), ("小区名称", "经度", "纬度")),
        (("名称", "X", "Y"), ("名称", "X", "Y")),
        (("Title", "Longitude", "LATITUDE"), ("Title", "Longitude", "LATITUDE")),
        (("小区 名称*", "经度（WGS84）", " 纬 度 "), ("小区 名称*", "经度（WGS84）", " 纬 度 ")),
        (("酒店名称", "lon", "lat"), ("酒店名称", "lon", "lat")),
        (("ｎａｍｅ", "POINT_X", "POINT_Y"), ("ｎａｍｅ", "POINT_X", "POINT_Y")),
    ],
)
def test_columns_are_known_by_the_names_files_use(columns: tuple[str, ...], of: tuple[str, ...]) -> None:
    found = chosen(*columns).of

    assert (found["name"], found["lng"], found["lat"]) == of


def test_the_surer_name_wins_and_no_column_serves_twice() -> None:
    found = chosen("名称", "小区名称", "经度", "纬度")

    assert found.of["name"] == "小区名称"
    assert found.unused == ("名称",)


def test_an_ending_is_not_guessed_by_when_two_columns_have_it() -> None:
    assert "name" not in chosen("道路名称", "酒店名称", "经度", "纬度").of


def test_a_given_column_goes_before_every_guess() -> None:
    found = chosen("name", "别的", "lon", "lat", given={"name": "别的"})

    assert found.of["name"] == "别的"
    assert found.given == {"name"}
    assert found.unused == ("name",)


def test_given_names_may_differ_in_case_and_blanks_and_places_have_more_names() -> None:
    assert chosen("Site  Name", "a", "b", given={"name": "site name", "lon": "a", "latitude": "b"}).of == {
        "name": "Site  Name",
        "lng": "a",
        "lat": "b",
    }


def test_what_does_not_exist_is_refused_with_what_does() -> None:
    with pytest.raises(Unreadable, match="no field hous; the fields are: households"):
        chosen("a", given={"hous": "a"})
    with pytest.raises(Unreadable, match="no column c; it has: a, b"):
        chosen("a", "b", given={"name": "c"})


def test_hxl_tags_name_columns_whatever_their_headers_say() -> None:
    tags = {"A": "#population +hh", "B": "#geo+lon", "C": "#loc+name", "D": "#geo+lat"}

    assert chosen("A", "B", "C", "D", tags=tags).of == {"name": "C", "households": "A", "lng": "B", "lat": "D"}


@pytest.mark.parametrize(
    ("columns", "datum"),
    [(("bd09_lng", "bd09_lat"), "bd09"), (("gdlng", "gdlat"), "gcj02"), (("wgs84_lon", "wgs84_lat"), "wgs84")],
)
def test_coordinates_named_after_a_datum_are_found_and_the_datum_is_told(columns: tuple[str, str], datum: str) -> None:
    found = chosen("id", *columns)

    assert (found.of["lng"], found.of["lat"]) == columns
    assert found.datum == datum


def test_plain_coordinates_go_before_those_of_another_datum_and_the_true_datum_before_a_shifted_one() -> None:
    assert chosen("gdlng", "gdlat", "lng", "lat").of["lng"] == "lng"
    assert chosen("bd09_lng", "bd09_lat", "wgs84_lng", "wgs84_lat").of["lng"] == "wgs84_lng"


@pytest.mark.parametrize("name", ["lng", "longitude", "building", "embed", "bdate", "background_x"])
def test_a_name_that_only_resembles_a_datum_is_none(name: str) -> None:
    assert datum_named(name) is None


def test_two_coordinates_are_taken_rather_than_a_shape() -> None:
    assert "wkt" not in chosen("geometry", "lng", "lat").of
    assert chosen("geometry", "lng", "lat", given={"wkt": "geometry"}).of["wkt"] == "geometry"
