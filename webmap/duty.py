"""What somebody may open, change and move: the second half of who may do what, after the table of webmap.access.

The table says which roles come through a route at all. This page says which needs they meet behind it:

| who | opens a need's private part | moves a need |
|---|---|---|
| community, subdistrict, district official | inside their duty area; without one, none | the same |
| city official, administrator | inside their duty area; without one, every need | the same |
| coordinator, volunteer | needs their own organization has taken | those, and takes one that waits for somebody |
| everybody else | none | none |

Everybody of staff sees the whole map's cells and the list of needs without their private part. A duty area is cells:
"inside" is asked of the need's leaf, so it costs no query and no geometry, and a need a few metres beyond the border
can be inside for both neighbours.

A route that opens or moves one need reads its row, then calls one function, which raises NotAllowed (403):

    check_need(current_actor(), row)                            # before its private part is read, or it is changed
    check_move(current_actor(), row, to_state, organization)    # before a move

`row` is the need's row of the table `needs` as a mapping: its "leaf", "organization" and "state" are looked at.

Every other layer is written and moved where one answers for it, as it was and as it becomes:

| who | writes and moves a feature of the other layers |
|---|---|
| officials, administrators | inside their duty area; without one, city officials and administrators everywhere |
| coordinator | drops and shifts that carry the name of their own organization, or none |

    check_place(current_actor(), footprint, organization)       # a leaf or a cover, before anything is there
    check_feature(current_actor(), layer, row)                  # a feature that is there

Nine tenths of an area have to lie inside, and the point itself. At a drop, who hands out there says what is there and
serves households, of whichever organization: `check_hand_out` holds officials to their area and nobody else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geo.cells import leaf_of
from geo.covers import Cover
from layers.actor import Actor, LeafRanges
from layers.description import Layer
from layers.errors import NotAllowed
from layers.features import footprint_of
from layers.figures import Footprint
from layers.supply_drops import LAYER as DROPS
from webmap.roles import ADMINISTRATOR, CITY_OFFICIAL, COORDINATOR, OFFICIALS, VOLUNTEER

if TYPE_CHECKING:
    from layers.drop_plan.planning import Plan

#: Without a duty area these answer for everything. Every other official then acts on no single need.
EVERYWHERE_UNLESS_DEFINED = (CITY_OFFICIAL, ADMINISTRATOR)

#: Roles whose reach is a duty area, and roles whose reach is what their organization has taken.
BY_AREA = (*OFFICIALS, ADMINISTRATOR)
BY_ORGANIZATION = (COORDINATOR, VOLUNTEER)

#: The share of an area that has to lie in the duty area of who acts on the whole of it.
LEAST_INSIDE = 0.9

#: Where an organization may take a need it has taken: met, handed back, or taken up again after "it was not met".
MOVES_OF_ORGANIZATIONS = ("met", "acknowledged", "assigned")


def is_in_duty_area(actor: Actor, leaf: int) -> bool:
    """Whether the actor answers for this leaf cell. Only officials and administrators answer for places."""
    if actor.role not in BY_AREA:
        return False
    if actor.duty_area is None:
        return actor.role in EVERYWHERE_UNLESS_DEFINED
    return touches(actor.duty_area, leaf, leaf)


def touches(area: LeafRanges, first: int, last: int) -> bool:
    """Whether any leaf from `first` to `last` lies in the area."""
    at = bisect_right(area, last, key=lambda one: one[0]) - 1
    return at >= 0 and area[at][1] >= first


def area_to_follow(actor: Actor) -> LeafRanges | None:
    """In which cells the actor is told of changes as they happen; None for all.

    Organizations are told of all: what waits for somebody anywhere is their work.
    """
    if actor.role in BY_ORGANIZATION or (actor.role in EVERYWHERE_UNLESS_DEFINED and actor.duty_area is None):
        return None
    return actor.duty_area or ()


def may_open(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the actor may read the private part of the need in `row`, and act on it."""
    if actor.role in BY_ORGANIZATION:
        return bool(actor.organization) and row["organization"] == actor.organization
    return is_in_duty_area(actor, row["leaf"])


def may_move(actor: Actor, row: Mapping[str, Any], to_state: str, organization: str | None) -> bool:
    """Whether the actor may ask for this move; whether the move is legal at all is said by layers.needs.rules.

    organization: to which the need is given, where it is.
    """
    if actor.role not in BY_ORGANIZATION:
        return may_open(actor, row)
    if may_open(actor, row):
        return to_state in MOVES_OF_ORGANIZATIONS and organization in (None, actor.organization)
    waits = row["state"] == "acknowledged" and to_state == "assigned"
    return waits and bool(actor.organization) and organization == actor.organization


def answers_for(actor: Actor, area: Cover) -> bool:
    """Whether the actor answers for the whole of an area.

    A tenth may lie outside: outlines of compounds and of communities are drawn by different hands.
    """
    if actor.duty_area is None:
        return actor.role in EVERYWHERE_UNLESS_DEFINED
    if actor.role not in BY_AREA:
        return False
    counts = [after - first for first, after in pairwise([*area.rank.tolist(), area.n])]
    ranges = zip(area.lo.tolist(), area.hi.tolist(), counts, strict=True)
    inside = sum(count for lo, hi, count in ranges if _holds(actor.duty_area, lo, hi))
    return inside >= LEAST_INSIDE * area.n


def check_area(actor: Actor, area: Cover) -> None:
    """Raises NotAllowed unless the actor answers for the area."""
    if not answers_for(actor, area):
        raise NotAllowed("this area is not inside your duty area")


def check_place(actor: Actor, footprint: Footprint, organization: str | None = None) -> None:
    """Raises NotAllowed unless the actor may put something of an organization there.

    footprint: a leaf, or the cover of an area.
    """
    if actor.role in BY_ORGANIZATION:
        if organization and organization != actor.organization:
            raise NotAllowed("an organization writes and moves what carries its own name, or none")
    elif isinstance(footprint, Cover):
        check_area(actor, footprint)
    elif not is_in_duty_area(actor, footprint):
        raise NotAllowed("this place is not inside your duty area")


def check_feature(actor: Actor, layer: Layer, row: dict[str, Any]) -> None:
    """Raises NotAllowed unless the actor may change the feature in `row`, and move it."""
    check_place(actor, footprint_of(layer, row), row.get("organization"))


def check_drops(actor: Actor, made: Plan, organization: str) -> None:
    """Raises NotAllowed unless the actor may make the drops of a plan, each where it is to be."""
    for drop in made.drops:
        check_place(actor, leaf_of(drop.lng, drop.lat), organization)


def check_hand_out(actor: Actor, drop: dict[str, Any]) -> None:
    """Raises NotAllowed unless the actor may say what is at a drop, and serve households there."""
    if actor.role not in BY_ORGANIZATION:
        check_feature(actor, DROPS, drop)


def _holds(area: LeafRanges, first: int, last: int) -> bool:
    """Whether one range of the area holds all leaves from `first` to `last`. Covers are compacted: no two make one."""
    at = bisect_right(area, first, key=lambda one: one[0]) - 1
    return at >= 0 and area[at][1] >= last


def check_need(actor: Actor, row: Mapping[str, Any]) -> None:
    """Raises NotAllowed unless the actor may open the need in `row` and act on it."""
    if not may_open(actor, row):
        raise NotAllowed(_why_not(actor))


def check_move(actor: Actor, row: Mapping[str, Any], to_state: str, organization: str | None = None) -> None:
    """Raises NotAllowed unless the actor may ask for this move of the need in `row`."""
    if not may_move(actor, row, to_state, organization):
        raise NotAllowed(_why_not(actor))


def _why_not(actor: Actor) -> str:
    if actor.role in BY_ORGANIZATION:
        return "an organization acts on the needs it has taken, and takes those that wait for somebody"
    if actor.role in BY_AREA and actor.duty_area is None:
        return "your account has no duty area yet; an administrator sets it"
    return "this need lies outside your duty area"
