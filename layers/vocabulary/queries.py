"""What is asked of the vocabulary."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers import opening
from layers.text import Text
from layers.vocabulary.record import DeclineReason, EmergencyNumber, Service, ShiftRole, ShiftRoleService, SpecialDay

#: Columns kept for services in the rollups. Sixteen kinds of help; a neighbourhood's list has about eight.
SLOTS = 16
SLOT_COLUMNS = tuple(f"s{slot:02d}" for slot in range(SLOTS))


@dataclass(frozen=True)
class Vocabulary:
    """Services by name with their slot and title, roles with theirs, and what each role serves."""

    slots: dict[str, int] = field(default_factory=dict)
    services: dict[str, Text] = field(default_factory=dict)
    roles: dict[str, Text] = field(default_factory=dict)
    serves: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def unserved(self) -> frozenset[str]:
        """Services that no role serves: only a need taken by somebody counts as served there."""
        return frozenset(self.slots) - frozenset().union(*self.serves.values(), frozenset())


def vocabulary(session: Session) -> Vocabulary:
    """The services and roles as they are kept now."""
    services = session.execute(
        select(Service.name, Service.slot, Service.title_en, Service.title_zh).order_by(Service.slot)
    ).all()
    roles = session.execute(select(ShiftRole.name, ShiftRole.title_en, ShiftRole.title_zh)).all()
    serves: dict[str, set[str]] = {name: set() for name, _, _ in roles}
    for role, service in session.execute(select(ShiftRoleService.role, ShiftRoleService.service)):
        serves[role].add(service)
    return Vocabulary(
        slots={name: slot for name, slot, _, _ in services},
        services={name: Text(en, zh) for name, _, en, zh in services},
        roles={name: Text(en, zh) for name, en, zh in roles},
        serves={role: frozenset(names) for role, names in serves.items()},
    )


@dataclass(frozen=True, slots=True)
class Times:
    """What is promised of a service: acknowledged and met so long after the report; how long a claim lasts."""

    acknowledge: timedelta
    meet: timedelta
    claim: timedelta
    review_first: bool


def times(session: Session) -> dict[str, Times]:
    """The times of each service, in the order of services."""
    query = select(
        Service.name, Service.acknowledge_minutes, Service.meet_minutes, Service.claim_minutes, Service.review_first
    ).order_by(Service.slot)
    return {
        name: Times(timedelta(minutes=acknowledge), timedelta(minutes=meet), timedelta(minutes=claim), review_first)
        for name, acknowledge, meet, claim, review_first in session.execute(query)
    }


def decline_reasons(session: Session) -> dict[str, Text]:
    """Why a need may be declined, by name, in the order in which they are offered."""
    query = select(DeclineReason.name, DeclineReason.title_en, DeclineReason.title_zh).order_by(DeclineReason.position)
    return {name: Text(en, zh) for name, en, zh in session.execute(query)}


def emergency_numbers(session: Session) -> list[tuple[str, Text]]:
    """Numbers to call in danger and who answers, most urgent first."""
    query = select(EmergencyNumber.number, EmergencyNumber.title_en, EmergencyNumber.title_zh)
    return [(number, Text(en, zh)) for number, en, zh in session.execute(query.order_by(EmergencyNumber.position))]


def special_days(session: Session) -> list[opening.SpecialDay]:
    """Every date on which opening hours are not those of its weekday, in order."""
    query = select(SpecialDay.day, SpecialDay.kind).order_by(SpecialDay.day)
    return [opening.SpecialDay(day, cast(opening.DayKind, kind)) for day, kind in session.execute(query)]


def named_days(session: Session, since: date) -> list[SpecialDay]:
    """The special days from a date on, with what they are called."""
    return list(session.execute(select(SpecialDay).where(SpecialDay.day >= since).order_by(SpecialDay.day)).scalars())


def mark_of(days: Sequence[SpecialDay]) -> str:
    """Stands for what is said of some days: another mark, and somebody changed it."""
    said = "\x1f".join(f"{one.day} {one.kind} {one.name}" for one in days)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
