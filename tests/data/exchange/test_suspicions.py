"""What looks wrong is said; what merely lies apart is not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.exchange.suspicions import Known, Places, Suspicion, line_ranges, named_datum
from geo.datums import Datum, from_wgs84, to_wgs84

RANDOM = np.random.default_rng(7)


def around(lng: float, lat: float, count: int, spread: float = 0.03) -> list[tuple[float, float]]:
    return [(lng + x, lat + y) for x, y in RANDOM.normal(0, spread, (count, 2)).tolist()]


def judged(
    places: list[tuple[float, float]], known: Known | None = None, datum: Datum = "wgs84", names: tuple[str, ...] = ()
) -> dict[str, Suspicion]:
    collected = Places()
    collected.add(range(2, len(places) + 2), np.array([shapely.Point(place) for place in places], dtype=object), names)
    return {one.kind: one for one in collected.judge(datum, known or Known())}


def shifted(places: list[tuple[float, float]], datum: Datum) -> list[tuple[float, float]]:
    lngs, lats = from_wgs84(*zip(*places, strict=True), datum)
    return list(zip(lngs.tolist(), lats.tolist(), strict=True))


def test_nothing_is_suspicious_about_a_neighbourhood() -> None:
    assert judged(around(121.4, 31.1, 200)) == {}


def test_nothing_is_suspicious_about_a_whole_country() -> None:
    assert judged([(lng, lat) for lng in range(80, 130, 4) for lat in range(22, 48, 3)]) == {}


def test_two_rows_with_latitude_and_longitude_swapped_are_named() -> None:
    places = around(85.4, 27.7, 32)

    found = judged([(27.68, 85.29), *places, (27.7, 85.4)])

    assert list(found) == ["swapped"]
    assert found["swapped"].lines == (2, 35)


def test_the_zero_island_is_named_and_does_not_pull_the_middle() -> None:
    found = judged([*[(0.0, 0.0)] * 300, *around(113.6, 34.7, 100)])

    assert list(found) == ["zero_island"]
    assert len(found["zero_island"].lines) == 300


def test_a_wrong_geocode_far_away_is_named() -> None:
    found = judged([*around(113.6, 34.7, 300, spread=0.3), (126.6, 45.8)])

    assert found["far_away"].lines == (302,)


def test_a_farm_twenty_kilometres_out_is_not_an_outlier() -> None:
    assert judged([*around(113.6, 34.7, 300, spread=0.001), (113.75, 34.7)]) == {}


def test_four_places_have_no_middle_to_judge_by() -> None:
    assert judged([(85, 27), (27, 85), (85, 27), (85, 27)]) == {}


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_points_that_only_make_sense_in_another_datum_are_told(datum: Datum) -> None:
    truth = around(121.4, 31.1, 40)
    known = Known(shapes=[shapely.Point(place).buffer(0.0006) for place in truth])

    found = judged(shifted(truth, datum), known)

    assert f"--datum {datum}" in found["datum"].reason.en
    assert len(found["datum"].lines) >= 35


def test_points_in_their_right_datum_are_not_suspected() -> None:
    truth = around(121.4, 31.1, 40)
    known = Known(shapes=[shapely.Point(place).buffer(0.0006) for place in truth])

    assert judged(truth, known) == {}
    assert judged(truth, known, datum="gcj02") == {}


def test_points_that_were_converted_for_nothing_are_told() -> None:
    truth = around(121.4, 31.1, 40)
    known = Known(shapes=[shapely.Point(place).buffer(0.0006) for place in truth])
    lngs, lats = to_wgs84(*zip(*truth, strict=True), "gcj02")

    found = judged(list(zip(lngs.tolist(), lats.tolist(), strict=True)), known, datum="gcj02")

    assert "--datum wgs84" in found["datum"].reason.en


def test_outlines_of_the_same_names_tell_the_datum_where_points_in_outlines_cannot() -> None:
    truth = around(121.4, 31.1, 30)
    names = tuple(f"小区{number}" for number in range(30))
    known = Known(shapes=[shapely.Point(place).buffer(0.00001) for place in truth], names=names)

    assert "--datum bd09" in judged(shifted(truth, "bd09"), known, names=names)["datum"].reason.en


def test_places_outside_what_is_known_say_nothing_about_the_datum() -> None:
    known = Known(shapes=[shapely.Point(116.4, 39.9).buffer(0.01)])

    assert judged(around(121.4, 31.1, 40), known) == {}


def test_a_column_named_after_a_datum_is_told() -> None:
    assert "--datum bd09" in named_datum("bd09_lng", "bd09").reason.en


@given(st.sets(st.integers(1, 60)))
def test_line_ranges_name_each_line_once(lines: set[int]) -> None:
    named: list[int] = []
    for part in filter(None, line_ranges(sorted(lines)).split(", ")):
        first, _, last = part.partition("-")
        named += range(int(first), int(last or first) + 1)

    assert named == sorted(lines)
