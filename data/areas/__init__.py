"""Administrative areas, province down to community and duty area: kept, searched by name, found by place."""

from data.areas.intake import VERSION_KEY, AreaRow, PutAreas, put_areas, remove_source
from data.areas.names import area_of_code, areas_of_level, few_areas, find_areas
from data.areas.places import UNKNOWN, areas_at, communities_of, community_of
from data.areas.record import LEVELS, Area, FoundArea, fold

__all__ = [
    "LEVELS",
    "UNKNOWN",
    "VERSION_KEY",
    "Area",
    "AreaRow",
    "FoundArea",
    "PutAreas",
    "area_of_code",
    "areas_at",
    "areas_of_level",
    "communities_of",
    "community_of",
    "few_areas",
    "find_areas",
    "fold",
    "put_areas",
    "remove_source",
]
