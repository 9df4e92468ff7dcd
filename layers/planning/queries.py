"""What is asked of planning: the weights of need, and plans that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.errors import NotFound
from layers.planning.record import KeptPlan, PlanningWeight
from layers.planning.rules import Weights


def weights_kept(session: Session) -> Weights:
    """The weights of need as they are kept now."""
    found: dict[str, dict[str, float]] = {}
    query = select(PlanningWeight.kind, PlanningWeight.name, PlanningWeight.weight)
    for kind, name, weight in session.execute(query.order_by(PlanningWeight.kind, PlanningWeight.name)):
        found.setdefault(kind, {})[name] = weight
    return Weights(found)


def kept_plan(session: Session, plan_id: int, lock: bool = False) -> dict[str, Any]:
    """The row of a plan that was kept; with `lock` nobody else changes it meanwhile. Raises NotFound."""
    query = select(KeptPlan.__table__).where(KeptPlan.id == plan_id)
    row = session.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound(f"there is no plan {plan_id}")
    return dict(row)


def versions_of(session: Session, plan_id: int) -> list[int]:
    """The numbers of the plans that are new versions of a plan, newest first."""
    query = select(KeptPlan.id).where(KeptPlan.follows == plan_id).order_by(KeptPlan.id.desc())
    return list(session.execute(query).scalars())


def published_with(session: Session, plan_id: int) -> list[int]:
    """The numbers of the published plans among all earlier and later versions of a plan, oldest first, without it."""
    first: int | None = plan_id
    family: set[int] = set()
    while first is not None:
        family, first = {first}, session.execute(select(KeptPlan.follows).where(KeptPlan.id == first)).scalar()
    newest = family
    while newest:
        newest = set(session.execute(select(KeptPlan.id).where(KeptPlan.follows.in_(newest))).scalars())
        family |= newest
    query = select(KeptPlan.id).where(KeptPlan.id.in_(family - {plan_id}), KeptPlan.published_at.is_not(None))
    return list(session.execute(query.order_by(KeptPlan.id)).scalars())


def latest_plans(session: Session, limit: int) -> list[dict[str, Any]]:
    """The plans kept last, newest first: what a list says of each, without the content, megabytes for a city."""
    listed = (KeptPlan.id, KeptPlan.role, KeptPlan.volunteers, KeptPlan.starts_at, KeptPlan.published_at)
    query = select(*listed).order_by(KeptPlan.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


def posts_of(session: Session, shifts: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """By the number of each shift that a plan was published as, its post: `cell` of resolution 11 by its name, `near`.

    shifts: rows with id and starts_at.
    """
    wanted = {row["id"] for row in shifts}
    query = select(KeptPlan.shifts, KeptPlan.content).where(
        KeptPlan.published_at.is_not(None), KeptPlan.starts_at.in_({row["starts_at"] for row in shifts})
    )
    pairs = (
        pair for numbers, content in session.execute(query) for pair in zip(numbers, content["posts"], strict=True)
    )
    return {number: post for number, post in pairs if number in wanted}
