"""Which single needs somebody may open and move: inside a duty area, or taken by their own organization."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import cells, covers
from layers.actor import Actor, LeafRanges
from layers.errors import NotAllowed
from webmap.duty import check_move, check_need, is_in_duty_area, may_move, may_open
from webmap.roles import EVERYONE

LNG, LAT = 120.12, 30.28
SQUARE = shapely.box(LNG, LAT, LNG + 0.02, LAT + 0.02)
COVER = covers.cover(SQUARE)
AREA: LeafRanges = tuple(zip(COVER.lo.tolist(), COVER.hi.tolist(), strict=True))
INSIDE, OUTSIDE = cells.leaf_of(LNG + 0.01, LAT + 0.01), cells.leaf_of(LNG + 0.05, LAT)

BOUND = ("community_official", "subdistrict_official", "district_official")
FREE = ("city_official", "administrator")


def need(leaf: int = INSIDE, **row: Any) -> dict[str, Any]:
    return {"leaf": leaf, "organization": None, "state": "acknowledged", **row}


@pytest.mark.parametrize("role", [*BOUND, *FREE])
def test_with_a_duty_area_somebody_acts_inside_it_and_nowhere_else(role: str) -> None:
    actor = Actor("x", role, duty_area=AREA)

    assert may_open(actor, need(INSIDE)) and may_move(actor, need(INSIDE), "declined", None)
    assert not may_open(actor, need(OUTSIDE)) and not may_move(actor, need(OUTSIDE), "declined", None)


def test_without_a_duty_area_only_a_city_official_and_an_administrator_act() -> None:
    acting = [role for role in EVERYONE if may_open(Actor("x", role), need())]

    assert acting == ["city_official", "administrator"]


def test_an_empty_duty_area_holds_nothing() -> None:
    assert not any(may_open(Actor("x", role, duty_area=()), need()) for role in EVERYONE)


@pytest.mark.parametrize("role", ["coordinator", "volunteer"])
def test_an_organization_opens_and_moves_what_it_has_taken(role: str) -> None:
    actor = Actor("x", role, "Blue Vests", duty_area=AREA)
    own, of_others = need(organization="Blue Vests", state="assigned"), need(organization="Others", state="assigned")

    assert may_open(actor, own) and may_move(actor, own, "met", None)
    assert not may_move(actor, own, "declined", None)
    assert not may_move(actor, own, "assigned", "Others")
    assert not may_open(actor, of_others) and not may_move(actor, of_others, "met", None)
    assert not may_open(actor, need())


def test_an_organization_takes_what_waits_for_itself_and_for_nobody_else() -> None:
    actor = Actor("x", "coordinator", "Blue Vests")

    assert may_move(actor, need(), "assigned", "Blue Vests")
    assert not may_move(actor, need(), "assigned", "Others")
    assert not may_move(actor, need(), "declined", "Blue Vests")
    assert not may_move(actor, need(state="reported"), "acknowledged", "Blue Vests")
    assert not may_move(actor, need(state="assigned", organization="Others"), "assigned", "Blue Vests")


@pytest.mark.parametrize("of_need", [None, ""])
def test_somebody_of_no_organization_owns_no_need(of_need: str | None) -> None:
    actor = Actor("x", "volunteer")

    assert not may_open(actor, need(organization=of_need, state="assigned"))
    assert not may_move(actor, need(), "assigned", "")


@given(st.floats(LNG - 0.05, LNG + 0.05), st.floats(LAT - 0.05, LAT + 0.05))
def test_inside_means_under_the_cells_of_the_area(lng: float, lat: float) -> None:
    leaf = cells.leaf_of(lng, lat)
    actor = Actor("x", "community_official", duty_area=AREA)

    assert is_in_duty_area(actor, leaf) == bool(COVER.contains(np.array([leaf]))[0])
    if SQUARE.contains(shapely.Point(lng, lat)) and cells.ancestor(leaf, 11) in covers.cells_at(COVER, 11):
        assert is_in_duty_area(actor, leaf)


def test_whoever_is_refused_is_told_what_to_do() -> None:
    with pytest.raises(NotAllowed, match="has no duty area yet"):
        check_need(Actor("x", "community_official"), need())
    with pytest.raises(NotAllowed, match="outside your duty area"):
        check_need(Actor("x", "community_official", duty_area=AREA), need(OUTSIDE))
    with pytest.raises(NotAllowed, match="takes those that wait"):
        check_move(Actor("x", "volunteer", "Blue Vests"), need(), "declined")
