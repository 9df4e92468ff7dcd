"""The demo neighbourhood, whole: an invented quarter near Hangzhou and a fortnight of its days. All of it is synthetic.

The same day and the same moment give the same content in every process, and an earlier moment gives a beginning of
what a later one gives. Coordinates are WGS 84 longitude and latitude, moments are UTC, every source_id begins "demo-".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from shapely import transform
from shapely.geometry import mapping
from shapely.ops import unary_union

from data.demo import names, town
from data.demo.chance import local_moment
from data.demo.checkpoints import checkpoints
from data.demo.drops import drops
from data.demo.houses import houses
from data.demo.needs import needs
from data.demo.notices import notices
from data.demo.parcels import parcels
from data.demo.places import communities, compounds, facilities, leftovers
from data.demo.rows import Account, Area, Building, Ground, NeedRow, Organization, Row, Street
from data.demo.shifts import organizations, shifts
from data.demo.zones import zones

# The page prints it beside the accounts; they sign in from loopback only.
DEMO_PASSWORD = "only-a-demo-neighbourhood"  # noqa: S105
#: Decimals of the coordinates that are drawn: five are 1 m, less than a line is wide; more only weigh.
DECIMALS = 5
COMMUNITY_PREFIX = "9990"  # no Chinese administrative code begins with 999


@dataclass(frozen=True)
class Neighbourhood:
    """Everything the demo puts on the map, as plain rows; `until` is the moment up to which things have happened."""

    day: date
    until: datetime
    streets: tuple[Street, ...]
    water: tuple[Ground, ...]
    parks: tuple[Ground, ...]
    buildings: tuple[Building, ...]
    areas: tuple[Area, ...]
    compounds: list[Row]
    checkpoints: list[Row]
    quarantine_zones: list[Row]
    supply_drops: list[Row]
    volunteer_shifts: list[Row]
    needs: list[NeedRow]
    notices: list[Row]
    organizations: tuple[Organization, ...]
    accounts: tuple[Account, ...]
    password: str


def neighbourhood(day: date, until: datetime | None = None) -> Neighbourhood:
    """The neighbourhood as filled on `day` (a calendar day in China), with what has happened by `until`.

    It covers 14 days back and 7 ahead. `until` is an aware moment, by default the end of the day; later than the end
    of the day after, it adds nothing. Raises ValueError for a moment without a zone.
    """
    until = local_moment(day, 1) if until is None else until
    if until.tzinfo is None:
        raise ValueError("until needs a time zone: moments are UTC here")
    return Neighbourhood(
        day=day,
        until=until,
        streets=_streets(),
        water=tuple(Ground(name, town.to_wgs84(polygon), kind) for name, kind, polygon in town.water()),
        parks=_parks(),
        buildings=_buildings(),
        areas=_areas(),
        compounds=_compounds(),
        checkpoints=checkpoints(day, until),
        quarantine_zones=zones(day, until),
        supply_drops=drops(day, until),
        volunteer_shifts=shifts(day, until),
        needs=needs(day, until),
        notices=notices(day),
        organizations=organizations(),
        accounts=_accounts(),
        password=DEMO_PASSWORD,
    )


@cache
def _streets() -> tuple[Street, ...]:
    named = [Street(name, town.to_wgs84(line), kind) for name, kind, line in town.streets()]
    return (*named, *[Street("", town.to_wgs84(line.simplify(1)), "lane") for line in parcels()[1]])


@cache
def _parks() -> tuple[Ground, ...]:
    drawn = [Ground(name, town.to_wgs84(polygon), kind) for name, kind, polygon in town.greens()]
    built = [Ground(one.name, town.to_wgs84(one.outline), one.kind) for one in (*facilities(), *leftovers())]
    return (*drawn, *built)


@cache
def _buildings() -> tuple[Building, ...]:
    return tuple(
        Building(source_id, house.number, town.to_wgs84(house.outline))
        for source_id, standing in houses().items()
        for house in standing
    )


@cache
def _areas() -> tuple[Area, ...]:
    """City, district, two subdistricts and their communities; each level covers the next."""
    (city, city_name, city_en), (district, name, english) = names.CITY, names.DISTRICT
    parts = communities()
    found = [
        Area("city", city, city_name, city_en, "", town.to_wgs84(town.OUTLINE.buffer(900, join_style="mitre"))),
        Area("district", district, name, english, city, town.to_wgs84(town.OUTLINE.buffer(250, join_style="mitre"))),
    ]
    for suffix, name, english in names.SUBDISTRICTS:
        own = [polygon for code, polygon in parts.items() if code.startswith(suffix)]
        outline = town.to_wgs84(unary_union(own))
        found.append(Area("subdistrict", COMMUNITY_PREFIX + "01" + suffix, name, english, district, outline))
    for code, name, english, suffix, _ in names.COMMUNITIES:
        outline = town.to_wgs84(parts[code])
        parent = COMMUNITY_PREFIX + "01" + suffix
        found.append(Area("community", COMMUNITY_PREFIX + "01" + code, name, english, parent, outline))
    return tuple(found)


def _compounds() -> list[Row]:
    community = {code: (name, suffix) for code, name, _, suffix, _ in names.COMMUNITIES}
    subdistrict = {code: name for code, name, _ in names.SUBDISTRICTS}
    rows = []
    for one in compounds():
        name, suffix = community[one.community]
        values: dict[str, Any] = {
            "source_id": one.source_id,
            "name": one.name,
            "aliases": list(one.aliases),
            "households": one.households,
            "population": one.population,
            "community": name,
            "subdistrict": subdistrict[suffix],
            "address": one.address,
        }
        rows.append(Row(values, town.to_wgs84(one.outline)))
    return rows


def _accounts() -> tuple[Account, ...]:
    """One account for each role that signs in, under a domain that is reserved for examples."""
    team = names.ORGANIZATIONS[2][:2]
    office = ("邻里演示指挥部", "Linli Demonstration Office")
    community, subdistrict = ("织造社区", "Zhizao Community"), ("桂桥街道", "Guiqiao Subdistrict")
    people = [
        ("volunteer", "演示志愿者", team, ""),
        ("coordinator", "演示协调员", team, ""),
        ("community_official", "演示社区干部", community, "99900101003"),
        ("subdistrict_official", "演示街道干部", subdistrict, "99900101"),
        ("district_official", "演示区干部", office, names.DISTRICT[0]),
        ("city_official", "演示市干部", office, names.CITY[0]),
        ("administrator", "演示管理员", office, ""),
    ]
    return tuple(
        Account(f"{role.replace('_', '-')}@example.org", role, name, f"Demo {role.replace('_', ' ')}", *body, area)
        for role, name, body, area in people
    )


def streets_geojson(place: Neighbourhood, *, buildings: bool = False) -> dict[str, Any]:
    """Streets, water and parks as one GeoJSON FeatureCollection, drawing order from the ground up.

    Each feature has `layer` (park, water, building, street), `kind` and `name`; it stands in for a base map. With
    `buildings`, the houses too (some 1,600 more polygons).
    """
    features = [_feature("park", ground.kind, ground.name, ground.polygon) for ground in place.parks]
    features += [_feature("water", ground.kind, ground.name, ground.polygon) for ground in place.water]
    if buildings:
        features += [_feature("building", "house", f"{one.number}幢", one.polygon) for one in place.buildings]
    order = {"lane": 0, "street": 1, "arterial": 2, "railway": 3, "expressway": 4}
    for street in sorted(place.streets, key=lambda one: order[one.kind]):
        features.append(_feature("street", street.kind, street.name, street.line))
    return {"type": "FeatureCollection", "features": features}


def _feature(layer: str, kind: str, name: str, geometry: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"layer": layer, "kind": kind, "name": name},
        "geometry": mapping(transform(geometry, lambda places: places.round(DECIMALS))),
    }
