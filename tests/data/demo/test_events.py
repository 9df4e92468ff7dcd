"""Checkpoints, zones, drops and shifts of the demo: what happens in the quarter around the day it is filled."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import opening_hours
import pytest

from data.demo.neighbourhood import Neighbourhood, neighbourhood
from tests.data.demo.days import DAY, DAYS, filled, midnight

ROLES = {"delivery", "care", "transport", "gate", "sweep"}
HOURS = [timedelta(hours=hour) for hour in (0, 7, 12, 23)]


def test_checkpoints_have_hours_that_can_be_read_and_some_are_closed() -> None:
    rows = filled().checkpoints
    assert len(rows) == 40
    for row in rows:
        opening_hours.OpeningHours(row.values.get("hours", "24/7"))
        assert row.values["referred"] <= row.values["temperature_high"] <= row.values["passed"]
    states = Counter(row.values["state"] for row in rows)
    assert states["open"] >= 30
    assert states["closed"] >= 2
    assert any("hours" not in row.values for row in rows)


@pytest.mark.parametrize("after", HOURS, ids=str)
def test_zones_of_all_three_levels_are_in_force_whatever_the_hour_of_filling(after: timedelta) -> None:
    until = midnight(DAY) + after
    holding = [
        row.values["level"]
        for row in filled(DAY, after).quarantine_zones
        if row.values["state"] == "in_force"
        and row.values["valid_from"] <= until
        and (row.values["valid_to"] is None or until < row.values["valid_to"])
    ]
    assert set(holding) == {"lockdown", "control", "precaution"}


def test_the_fortnight_of_zones_has_a_lifting_a_relapse_and_an_end_to_come() -> None:
    place = filled()
    zones = [row.values for row in place.quarantine_zones]
    assert all(zone["valid_to"] is None or zone["valid_from"] < zone["valid_to"] for zone in zones)
    lifted = {zone["name"] for zone in zones if zone["state"] == "lifted"}
    assert all((zone["state"] == "lifted") <= (zone["valid_to"] <= place.until) for zone in zones if zone["valid_to"])
    assert any(f"{name}(复发)" in {zone["name"] for zone in zones} for name in lifted)
    soon = [zone for zone in zones if zone["state"] == "in_force" and zone["valid_to"]]
    assert any(place.until < zone["valid_to"] < place.until + timedelta(days=3) for zone in soon)


def test_a_lockdown_holds_whole_compounds_and_control_lies_around_it() -> None:
    zones = {row.values["name"]: row for row in filled().quarantine_zones}
    locked, control = zones["莲塘封控区"].geometry, zones["莲塘管控区"].geometry
    inside = [row for row in filled().compounds if locked.contains(row.geometry)]
    assert 3 <= len(inside) <= 4
    assert not any(locked.overlaps(row.geometry) for row in filled().compounds)
    assert control.area > 1.5 * locked.area
    assert control.intersection(locked).area < 1e-9
    assert control.envelope.contains(locked)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_drops_cover_a_fortnight_back_and_a_week_ahead(day: date) -> None:
    windows = [row.values["window_from"] for row in filled(day).supply_drops]
    assert min(windows) < midnight(day) - timedelta(days=13)
    assert max(windows) > midnight(day) + timedelta(days=7)
    assert all(row.values["window_from"] < row.values["window_to"] for row in filled(day).supply_drops)


@pytest.mark.parametrize("after", HOURS, ids=str)
def test_the_state_of_a_drop_follows_from_the_moment_and_its_window(after: timedelta) -> None:
    place = filled(DAY, after)
    for row in place.supply_drops:
        values = row.values
        if values["state"] == "distributed":
            assert values["window_to"] <= place.until
        if values["state"] in ("planned", "in_transit"):
            assert values["window_to"] > place.until
        assert ("delivered_at" in values) == (values["state"] in ("delivered", "distributed"))
        assert values.get("delivered_at", place.until) <= place.until
    states = Counter(row.values["state"] for row in place.supply_drops)
    assert states["planned"] > 30
    assert states["distributed"] > 80
    assert states["cancelled"] >= 1


def test_drops_bring_the_five_goods_in_whole_units_with_a_value_to_the_cent() -> None:
    names = {row.values["name"] for row in filled().compounds}
    tonnes: Counter[str] = Counter()
    for row in filled().supply_drops:
        assert set(row.values["compounds_served"]) <= names
        assert row.values["items"]
        for item in row.values["items"]:
            assert item["quantity"] > 0
            assert Decimal(item["value"]).as_tuple().exponent == -2
            tonnes[item["item"]] += item["quantity"]
    assert {name.split()[1] for name in tonnes} == {"pork", "vegetables", "eggs", "rice", "oil"}
    assert tonnes["蔬菜 vegetables"] > tonnes["猪肉 pork"] > 1000


def test_ten_organizations_fill_shifts_of_four_hours_in_every_role() -> None:
    place = filled()
    shifts = [row.values for row in place.volunteer_shifts]
    assert 800 < len(shifts) < 1_700
    assert {shift["organization"] for shift in shifts} == {one.name for one in place.organizations}
    assert len(place.organizations) == 10
    assert {shift["role"] for shift in shifts} == ROLES
    assert all(shift["ends_at"] - shift["starts_at"] == timedelta(hours=4) for shift in shifts)
    assert all(0 <= shift["places_filled"] <= shift["places_wanted"] for shift in shifts)
    assert all(shift["places_wanted"] >= 1 for shift in shifts)
    assert sum(shift["places_filled"] == 0 for shift in shifts) > 50
    assert sum(0 < shift["places_filled"] < shift["places_wanted"] for shift in shifts) > 200


def test_a_shift_names_its_area_once_by_compounds_or_by_polygon() -> None:
    known = {row.values["source_id"] for row in filled().compounds}
    ways = Counter()
    for row in filled().volunteer_shifts:
        by_compounds = "compounds" in row.values
        assert by_compounds == (row.geometry is None)
        assert not by_compounds or (row.values["compounds"] and set(row.values["compounds"]) <= known)
        ways[by_compounds] += 1
    assert min(ways.values()) > 100


def test_shifts_leave_communities_without_care_and_without_transport() -> None:
    served = covered(filled(), "care"), covered(filled(), "transport")
    everywhere = {row.values["community"] for row in filled().compounds}
    for communities in served:
        assert 2 <= len(everywhere - communities) <= 5


def covered(place: Neighbourhood, role: str) -> set[str]:
    """The communities in which a role has had any shift."""
    of = {row.values["source_id"]: row.values["community"] for row in place.compounds}
    by_list = [
        row.values["compounds"] for row in place.volunteer_shifts if row.values["role"] == role and not row.geometry
    ]
    drawn = [row.geometry for row in place.volunteer_shifts if row.values["role"] == role and row.geometry]
    inside = {
        row.values["community"]
        for row in place.compounds
        if any(area.contains(row.geometry.representative_point()) for area in drawn)
    }
    return inside | {of[compound] for compounds in by_list for compound in compounds}


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        neighbourhood(DAY, midnight(DAY).replace(tzinfo=None))
