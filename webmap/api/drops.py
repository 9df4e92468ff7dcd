"""Supply drops beyond what every layer has: planned for an area, said how far they have come, households served."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import shapely
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from geo import shapes
from layers import features
from layers.compounds.queries import by_id, outline_by_id
from layers.drop_plan.actions import publish
from layers.drop_plan.areas import outline_of
from layers.drop_plan.planning import Asked, Plan, as_kept, plan
from layers.drop_plan.rules import MOST_ITEMS, Rule, Wanted
from layers.errors import NotFound
from layers.supply_drops import LAYER, actions
from layers.supply_drops.queries import nearest
from layers.supply_drops.servings import Served
from webmap.access import allowed, current_actor
from webmap.duty import check_drops, check_hand_out
from webmap.openapi import Parameters
from webmap.service import service
from webmap.serving import served, taken_back, token_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: Names of compounds that a plan is made for one by one.
MOST_NAMED = 400


class PlanAsked(BaseModel):
    """For whom, what and when: one of area, zone, compounds and geometry; the list of goods; the rule; the walk."""

    model_config = ConfigDict(extra="forbid")
    area: str = Field(default="", max_length=80, description="code of an administrative area")
    zone: int = Field(default=0, ge=0, le=2**63 - 1, description="number of a quarantine zone")
    compounds: list[str] = Field(default_factory=list, max_length=MOST_NAMED, description="their names")
    geometry: dict[str, Any] | None = Field(default=None, description="a GeoJSON polygon or multipolygon")
    items: list[Wanted] = Field(min_length=1, max_length=MOST_ITEMS)
    rule: Rule = "equal"
    walk_m: int = Field(default=500, description="the longest walk to a drop in metres")
    window_from: AwareDatetime
    window_to: AwareDatetime


class NewRound(PlanAsked):
    """The same, to be made; `round` is made by the caller, and the same one sent again makes nothing."""

    round: str = Field(pattern="^[0-9a-z-]{8,64}$")
    organization: str = Field(default="", max_length=200)


class DropPath(Parameters):
    """One drop."""

    drop_id: int = Field(ge=1, le=2**63 - 1)


class Quantities(BaseModel):
    """A quantity for each item of the drop, in its order and unit."""

    model_config = ConfigDict(extra="forbid")
    quantities: list[Decimal] = Field(max_length=200)


class Shown(BaseModel):
    """What a household shows at a drop: its door, or the code of its card. Kept as a blinded token only."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    compound: str = Field(default="", max_length=200)
    building: str = Field(default="", max_length=60)
    unit: str = Field(default="", max_length=60)
    card: str = Field(default="", max_length=80)
    press: str = Field(default="", max_length=64, description="made by the caller: the same sent again is one serving")

    @model_validator(mode="after")
    def _one_way(self) -> Shown:
        if bool(self.card) == bool(self.compound or self.building or self.unit):
            raise ValueError("give card, or compound, building and unit")
        return self

    def household(self) -> tuple[str, ...]:
        """As `token_of` takes it."""
        return ("card", self.card) if self.card else ("door", self.compound, self.building, self.unit)


class NearQuery(Parameters):
    """For which compound."""

    compound: int = Field(ge=1, le=2**63 - 1, description="its number")


@allowed("drops.manage")
def plan_drops(body: PlanAsked) -> Response:
    """What each household of an area gets, and the fewest places from which everybody has a drop within the walk.

    Changes nothing.
    """
    with service().database.snapshot() as session:
        made = _plan(session, body, datetime.now(UTC))
    return _json(_told(made))


@allowed("drops.manage")
def publish_round(body: NewRound) -> Response:
    """Makes the drops of a plan, all or none: a round in which each household is served once."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.snapshot() as session:  # a solver keeps no writer waiting
        made = _plan(session, body, now)
    check_drops(actor, made, body.organization)
    ids, is_new = service().database.written(
        lambda session: publish(session, made, body.round, body.organization, actor, now)
    )
    return _json({"round": body.round, "drops": ids}, 201 if is_new else 200)


@allowed("drops.serve")
def drop_arrived(path: DropPath, body: Quantities) -> Response:
    """Says how much of each item is there by now; 409 while nothing can arrive."""
    with service().database.write() as session:
        check_hand_out(current_actor(), features.locked(session, LAYER, [path.drop_id])[path.drop_id])
        actions.say_arrived(session, path.drop_id, body.quantities, current_actor(), datetime.now(UTC))
    return _json({"id": path.drop_id})


@allowed("drops.serve")
def drop_left_over(path: DropPath, body: Quantities) -> Response:
    """Says how much of each item is left over; 409 unless the goods are there."""
    with service().database.write() as session:
        check_hand_out(current_actor(), features.locked(session, LAYER, [path.drop_id])[path.drop_id])
        actions.say_left_over(session, path.drop_id, body.quantities, current_actor(), datetime.now(UTC))
    return _json({"id": path.drop_id})


@allowed("drops.serve")
def serve_household(path: DropPath, body: Shown) -> Response:
    """Serves a household: 201, also for the same press again; 409 with `served_at` if it was served in this round."""
    found = served(path.drop_id, token_of(path.drop_id, body.household()), body.press)
    return _json(_serving(found), 201 if found.is_own else 409)


@allowed("drops.serve")
def serving_taken_back(path: DropPath, body: Shown) -> Response:
    """Takes back that a household was served at this drop; 404 where it was not."""
    taken_back(path.drop_id, token_of(path.drop_id, body.household()))
    return _json({"id": path.drop_id})


@allowed("drops.near")
def nearest_drop(query: NearQuery) -> Response:
    """The coming drop nearest to the middle of a compound, with metres on foot; null where none is coming."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        compound = by_id(session, query.compound, now)
        if compound is None:
            raise NotFound("there is no compound of this number")
        middle = shapely.point_on_surface(outline_by_id(session, compound.id))
        near = nearest(session, middle.x, middle.y, compound.name, now)
    if near is None:
        return _json({"drop": None})
    return _json(
        {"drop": near.row, "walking_metres": near.metres, "is_for_this_compound": near.is_own, "rations": near.rations}
    )


def _plan(session: Session, body: PlanAsked, at: datetime) -> Plan:
    drawn = None if body.geometry is None else shapes.repair(shapes.from_geojson(body.geometry))[0]
    outline = outline_of(session, body.area, body.zone, body.compounds, drawn)
    asked = Asked(body.items, body.rule, body.walk_m, body.window_from, body.window_to)
    return plan(session, outline, asked, at)


def _told(made: Plan) -> dict[str, Any]:
    drops = []
    for drop in made.drops:
        items, kept = as_kept(made, drop)
        place = {"name": drop.name, "lon": round(drop.lng, 7), "lat": round(drop.lat, 7)}
        drops.append({**place, "farthest_metres": drop.farthest, "items": items, **kept})
    return {
        "households": made.households,
        "items": [
            {"item": line.item, "unit": line.unit, "quantity": line.total, "reserve": line.reserve, "value": line.value}
            for line in made.lines
        ],
        "value": made.value,
        "drops": drops,
        "compounds": {"cut": made.cut, "locked": made.locked, "population_unknown": made.unknown},
    }


def _serving(found: Served) -> dict[str, Any]:
    return {"served_at": found.at, "drop": found.drop_id, "place": found.place}


def _json(content: dict[str, Any], status: int = 200) -> Response:
    body = orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, status, mimetype="application/json", headers={"Cache-Control": "no-store"})


def _plain(value: object) -> str:
    """Quantities and money stay the decimals they are, as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError


def add_routes(group: APIBlueprint) -> None:
    """Adds these to the routes of all layers: one group describes a path once, with all that can be done there."""
    tag = [Tag(name="supply_drops")]
    group.post("/supply_drops/plan", tags=tag, endpoint="drops_plan")(plan_drops)
    group.post("/supply_drops/rounds", tags=tag, endpoint="drops_publish")(publish_round)
    group.get("/supply_drops/nearest", tags=tag, endpoint="drops_nearest")(nearest_drop)
    one = "/supply_drops/<int:drop_id>"
    group.post(f"{one}/arrived", tags=tag, endpoint="drop_arrived")(drop_arrived)
    group.post(f"{one}/left_over", tags=tag, endpoint="drop_left_over")(drop_left_over)
    group.post(f"{one}/servings", tags=tag, endpoint="drop_serve")(serve_household)
    group.post(f"{one}/servings/taken_back", tags=tag, endpoint="drop_serve_taken_back")(serving_taken_back)
