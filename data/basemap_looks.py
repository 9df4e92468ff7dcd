"""How each tag of OpenStreetMap is drawn on the base map: the kind it is called and the zoom it appears at.

Zooms are those of the tiles. The page shows tiles of zoom z - 1 at map zoom z, so a kind that begins at 13 here
is first seen at 14 on the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

COARSEST, FINEST = 4, 15


class Look(NamedTuple):
    """How a tag is drawn: the kind it is called and the first zoom."""

    kind: str
    first_zoom: int


ROADS: Mapping[str, Look] = {
    "motorway": Look("motorway", 4),
    "motorway_link": Look("link", 11),
    "trunk": Look("motorway", 5),
    "trunk_link": Look("link", 11),
    "primary": Look("major", 7),
    "primary_link": Look("link", 12),
    "secondary": Look("major", 8),
    "secondary_link": Look("link", 12),
    "tertiary": Look("medium", 9),
    "tertiary_link": Look("link", 12),
    "unclassified": Look("minor", 11),
    "residential": Look("minor", 11),
    "living_street": Look("minor", 11),
    "road": Look("minor", 11),
    "pedestrian": Look("pedestrian", 12),
    "service": Look("service", 13),
    "track": Look("path", 13),
    "footway": Look("path", 13),
    "path": Look("path", 13),
    "steps": Look("path", 14),
    "cycleway": Look("path", 13),
    "bridleway": Look("path", 13),
    "corridor": Look("path", 15),
}
RAILWAYS: Mapping[str, Look] = {
    "rail": Look("rail", 8),
    "light_rail": Look("rail", 10),
    "subway": Look("subway", 11),
    "tram": Look("subway", 13),
    "narrow_gauge": Look("rail", 11),
    "monorail": Look("rail", 11),
}
WATERWAYS: Mapping[str, Look] = {
    "river": Look("river", 8),
    "canal": Look("river", 10),
    "stream": Look("stream", 12),
    "drain": Look("stream", 13),
    "ditch": Look("stream", 14),
}
#: Ground, tag by tag. What a later key says of the same feature is not looked at.
GROUND: Mapping[str, Mapping[str, Look]] = {
    "landuse": {
        "residential": Look("residential", 8),
        "commercial": Look("commerce", 10),
        "retail": Look("commerce", 10),
        "industrial": Look("works", 9),
        "railway": Look("works", 11),
        "construction": Look("works", 12),
        "brownfield": Look("works", 12),
        "forest": Look("wood", 6),
        "grass": Look("grass", 12),
        "village_green": Look("park", 12),
        "recreation_ground": Look("park", 11),
        "meadow": Look("grass", 10),
        "farmland": Look("field", 9),
        "orchard": Look("field", 10),
        "vineyard": Look("field", 11),
        "cemetery": Look("park", 11),
        "allotments": Look("field", 11),
        "flowerbed": Look("grass", 14),
    },
    "leisure": {
        "park": Look("park", 9),
        "garden": Look("park", 13),
        "nature_reserve": Look("park", 8),
        "golf_course": Look("park", 10),
        "pitch": Look("pitch", 13),
        "track": Look("pitch", 13),
        "playground": Look("pitch", 14),
        "stadium": Look("pitch", 12),
        "sports_centre": Look("park", 12),
    },
    "natural": {
        "wood": Look("wood", 6),
        "scrub": Look("wood", 10),
        "heath": Look("grass", 10),
        "grassland": Look("grass", 10),
        "wetland": Look("grass", 10),
        "beach": Look("bare", 11),
        "sand": Look("bare", 11),
        "bare_rock": Look("bare", 9),
        "scree": Look("bare", 9),
        "glacier": Look("ice", 7),
    },
    "amenity": {
        "hospital": Look("hospital", 11),
        "clinic": Look("hospital", 13),
        "school": Look("school", 11),
        "university": Look("school", 10),
        "college": Look("school", 11),
        "kindergarten": Look("school", 13),
        "parking": Look("square", 14),
    },
    "aeroway": {
        "aerodrome": Look("works", 9),
        "runway": Look("square", 10),
        "apron": Look("square", 12),
    },
    "highway": {
        "pedestrian": Look("square", 12),
        "footway": Look("square", 14),
        "service": Look("square", 14),
        "platform": Look("square", 14),
    },
    "public_transport": {"platform": Look("square", 14)},
}
#: Names of places, the larger ones first when they are in each other's way (`rank`, smaller first).
SETTLEMENTS: Mapping[str, tuple[Look, int]] = {
    "city": (Look("city", 4), 1),
    "town": (Look("town", 6), 2),
    "borough": (Look("district", 9), 3),
    "suburb": (Look("district", 10), 3),
    "village": (Look("village", 10), 4),
    "quarter": (Look("quarter", 12), 5),
    "neighbourhood": (Look("quarter", 12), 5),
    "hamlet": (Look("quarter", 12), 6),
    "island": (Look("quarter", 11), 5),
    "square": (Look("quarter", 14), 6),
    "locality": (Look("quarter", 13), 7),
}
#: Places people give as landmarks, and where help is found.
LANDMARKS: Mapping[str, Mapping[str, tuple[Look, int]]] = {
    "amenity": {
        "hospital": (Look("hospital", 12), 1),
        "clinic": (Look("hospital", 14), 3),
        "doctors": (Look("hospital", 15), 4),
        "pharmacy": (Look("pharmacy", 14), 4),
        "school": (Look("school", 13), 4),
        "university": (Look("school", 12), 3),
        "college": (Look("school", 13), 3),
        "kindergarten": (Look("school", 15), 5),
        "marketplace": (Look("market", 14), 4),
        "police": (Look("public", 14), 4),
        "fire_station": (Look("public", 14), 4),
        "townhall": (Look("public", 13), 3),
        "community_centre": (Look("public", 14), 4),
        "social_facility": (Look("public", 14), 4),
        "bus_station": (Look("station", 13), 3),
        "place_of_worship": (Look("public", 15), 6),
        "library": (Look("public", 15), 6),
        "post_office": (Look("public", 15), 6),
    },
    "railway": {"station": (Look("station", 12), 2), "halt": (Look("station", 12), 3)},
    "shop": {
        "supermarket": (Look("market", 15), 5),
        "convenience": (Look("market", 15), 7),
        "mall": (Look("market", 14), 5),
    },
    "leisure": {"park": (Look("park", 13), 4), "stadium": (Look("park", 14), 5)},
    "aeroway": {"aerodrome": (Look("station", 9), 2)},
    "natural": {
        "peak": (Look("peak", 12), 5),
        "water": (Look("water", 12), 4),
        "bay": (Look("water", 10), 3),
    },
    "landuse": {"residential": (Look("compound", 14), 5)},
}
WATER_AREAS = {
    "natural": ("water", "bay"),
    "waterway": ("riverbank", "dock"),
    "landuse": ("reservoir", "basin"),
}
#: Borders drawn: national to county from far, townships and communities from near.
BORDERS: Mapping[str, Look] = {
    "2": Look("country", 4),
    "3": Look("country", 4),
    "4": Look("province", 4),
    "5": Look("city", 7),
    "6": Look("district", 8),
    "7": Look("district", 9),
    "8": Look("town", 11),
    "9": Look("town", 12),
    "10": Look("town", 13),
}
