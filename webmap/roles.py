"""The kinds of people, by the names the store and the access table use, and their titles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from layers.text import Text

RESIDENT = "resident"  # nobody signs in as a resident: this is everyone without an account
VOLUNTEER = "volunteer"
COORDINATOR = "coordinator"
COMMUNITY_OFFICIAL = "community_official"
SUBDISTRICT_OFFICIAL = "subdistrict_official"
DISTRICT_OFFICIAL = "district_official"
CITY_OFFICIAL = "city_official"
ADMINISTRATOR = "administrator"

OFFICIALS = (COMMUNITY_OFFICIAL, SUBDISTRICT_OFFICIAL, DISTRICT_OFFICIAL, CITY_OFFICIAL)
STAFF = (VOLUNTEER, COORDINATOR, *OFFICIALS, ADMINISTRATOR)
EVERYONE = (RESIDENT, *STAFF)

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        RESIDENT: Text("Resident", "居民"),
        VOLUNTEER: Text("Volunteer", "志愿者"),
        COORDINATOR: Text("Coordinator", "组织协调员"),
        COMMUNITY_OFFICIAL: Text("Community official", "社区工作人员"),
        SUBDISTRICT_OFFICIAL: Text("Subdistrict official", "街道工作人员"),
        DISTRICT_OFFICIAL: Text("District official", "区级工作人员"),
        CITY_OFFICIAL: Text("City official", "市级工作人员"),
        ADMINISTRATOR: Text("Administrator", "管理员"),
    }
)
