"""What the public is answered from: the publications kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import cells
from layers.publication.record import Publication, PublishedCell

_LATEST = select(func.max(Publication.number))


@dataclass(frozen=True)
class Figures:
    """One publication: its number, its moment, and by cell (resolution 5 to 11) needs in all and by service."""

    number: int
    at: datetime
    cells: dict[int, tuple[int, dict[str, int]]]


def latest_number(session: Session) -> int:
    """The number of the newest publication, 0 before the first."""
    return session.execute(_LATEST).scalar() or 0


def publication(session: Session, number: int) -> Figures:
    """The publication of a number."""
    at = session.execute(select(Publication.at).where(Publication.number == number)).scalar_one()
    rows = session.execute(
        select(PublishedCell.cell, PublishedCell.needs, PublishedCell.services).where(PublishedCell.number == number)
    )
    return Figures(number, at, {cell: (needs, services) for cell, needs, services in rows})


def number_at(session: Session, at: datetime) -> int:
    """The number of the last publication kept before a moment, 0 where there is none."""
    return session.execute(select(func.max(Publication.number)).where(Publication.at <= at)).scalar() or 0


def moment_at(session: Session, at: datetime) -> datetime | None:
    """When the last publication kept before a moment was made, None where there is none."""
    return session.execute(select(func.max(Publication.at)).where(Publication.at <= at)).scalar()


def published_cells(session: Session) -> Iterator[dict[str, Any]]:
    """The cells of the newest publication as rows for an export: cell, needs, one column a service, outline."""
    number = latest_number(session)
    if not number:
        return
    found = publication(session, number)
    for cell, (needs, services) in sorted(found.cells.items()):
        yield {
            "hex_id": cells.to_hex(cell),
            "needs": needs,
            **services,
            "published_at": found.at,
            "geometry": shapely.Polygon(cells.boundary(cell)),
        }


def seen_from(found: Figures | None, res: int) -> dict[int, tuple[int, dict[str, int]]]:
    """Published figures as a resolution sees them: finer keys summed up, coarser ones under their own key."""
    seen: dict[int, tuple[int, dict[str, int]]] = {}
    for cell, (needs, services) in (found.cells if found else {}).items():
        key = cells.parent(cell, res) if cells.resolution(cell) > res else cell
        known, known_services = seen.get(key, (0, {}))
        names = {**known_services, **services}
        seen[key] = (known + needs, {name: known_services.get(name, 0) + services.get(name, 0) for name in names})
    return seen


def seen_at(session: Session, at: datetime, res: int) -> dict[int, tuple[int, dict[str, int]]]:
    """`seen_from` of the last publication kept before a moment."""
    number = number_at(session, at)
    return seen_from(publication(session, number) if number else None, res)
