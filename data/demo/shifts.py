"""Volunteer shifts of ten organizations, with the understaffed hours and the uncovered communities a real week has."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from random import Random
from typing import Any

from shapely.geometry.base import BaseGeometry

from data.demo import names, town
from data.demo.chance import DAYS_AHEAD, DAYS_BACK, drawn, local_moment
from data.demo.places import Compound, communities, compounds
from data.demo.rows import Organization, Row

SLOTS = {
    "delivery": (8, 12, 16),
    "care": (8, 12, 16),
    "transport": (8, 12, 16, 20),
    "gate": (4, 8, 12, 16, 20),
    "sweep": (8, 16),
}
HELD = {"delivery": 0.55, "care": 0.45, "transport": 0.36, "gate": 0.17, "sweep": 0.2}  # of the slots of a day
WANTED = {"delivery": (4, 12), "care": (2, 5), "transport": (2, 4), "gate": (2, 4), "sweep": (3, 8)}
NOTES = ("", "", "", "", "自带口罩和手套", "到社区服务站签到", "需要电动三轮车", "会说本地话更好")


@cache
def organizations() -> tuple[Organization, ...]:
    """The ten invented organizations; communities by their code suffixes."""
    return tuple(Organization(name, english, roles, at) for name, english, roles, at in names.ORGANIZATIONS)


def serving(role: str, community: str) -> list[str]:
    """The names of the organizations at home in a community in a role."""
    return [one.name for one in organizations() if role in one.roles and community in one.communities]


@cache
def _rounds(community: str) -> tuple[tuple[Compound, ...], ...]:
    """A community's compounds in groups of three to six neighbours, as one shift can look after."""
    own = [one for one in compounds() if one.community == community]
    size = 5 if len(own) > 8 else 4
    return tuple(tuple(own[start : start + size]) for start in range(0, len(own), size))


def shifts(day: date, until: datetime) -> list[Row]:
    """Every shift from fourteen days back to seven ahead."""
    chance = drawn("shifts", day)
    rows: list[Row] = []
    for days in range(-DAYS_BACK, DAYS_AHEAD + 1):
        for organization in organizations():
            for role in organization.roles:
                for community in organization.communities:
                    for slot in SLOTS[role]:
                        if chance.random() < HELD[role] * (0.75 if days > 2 else 1):
                            starts, ends = local_moment(day, days, slot), local_moment(day, days, slot + 4)
                            row = _shift(organization.name, role, community, (starts, ends), chance, days)
                            row.values["source_id"] = f"demo-shift-{len(rows) + 1:04d}"
                            rows.append(row)
    return rows


def _shift(
    organization: str, role: str, community: str, hours: tuple[datetime, datetime], chance: Random, days: int
) -> Row:
    wanted = chance.randint(*WANTED[role])
    values: dict[str, Any] = {
        "organization": organization,
        "role": role,
        "starts_at": hours[0],
        "ends_at": hours[1],
        "places_wanted": wanted,
        "places_filled": _filled(wanted, days, chance),
        "state": "cancelled" if chance.random() < 0.025 else "open",
    }
    if note := chance.choice(NOTES):
        values["note"] = note
    whole = chance.random() < 0.22
    group = chance.choice(_rounds(community))
    if whole:
        return Row(values, _whole(community))
    values["compounds"] = [one.source_id for one in group]
    return Row(values, None)


@cache
def _whole(community: str) -> BaseGeometry:
    return town.to_wgs84(communities()[community].simplify(5))


def _filled(wanted: int, days: int, chance: Random) -> int:
    """Places filled: half of the shifts full, some half empty, one in nine empty; fewer names for the days ahead."""
    luck = chance.random()
    if luck < 0.11:
        return 0
    full = 0.5 if days <= 1 else 0.22
    return wanted if luck > 1 - full else chance.randint(1, max(1, wanted - 1))
