"""Finding areas by name or code."""

from __future__ import annotations

from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.areas.record import FOUND, LEVELS, TABLE, FoundArea, fold


def find_areas(
    session: Session, words: str, level: str | None = None, limit: int = 20, outlined: bool = False
) -> list[FoundArea]:
    """Areas whose name, English name or alias holds the words, or whose code begins with them.

    The same name first, then names that begin so, then wider levels first, then in order of codes. outlined: only
    those whose outline is known.
    """
    asked = fold(words)
    if not asked:
        return []
    matches = TABLE.c.search_text.contains(asked, autoescape=True) | TABLE.c.code.startswith(asked, autoescape=True)
    query = select(*FOUND, TABLE.c.search_text).where(matches)
    if level is not None:
        query = query.where(TABLE.c.level == level)
    if outlined:
        query = query.where(TABLE.c.geometry.is_not(None))

    def nearness(row: Any) -> tuple[bool, bool, int, str]:
        names = row.search_text.split("\n")
        begins = any(name.startswith(asked) for name in names)
        return asked not in names, not begins, LEVELS.index(row.level), row.code

    return [FoundArea(*row[:-1]) for row in sorted(session.execute(query), key=nearness)[:limit]]


def area_of_code(session: Session, code: str) -> tuple[FoundArea, BaseGeometry | None] | None:
    """The area with this code and its outline (WGS 84, None where it is not known); None where there is none."""
    row = session.execute(select(*FOUND, TABLE.c.geometry).where(TABLE.c.code == code)).first()
    return None if row is None else (FoundArea(*row[:-1]), row[-1])


def few_areas(session: Session, most: int) -> list[FoundArea]:
    """Every area whose outline is known, in order of its code; none where there are more than `most`."""
    query = select(*FOUND).where(TABLE.c.geometry.is_not(None)).order_by(TABLE.c.code).limit(most + 1)
    found = [FoundArea(*row) for row in session.execute(query)]
    return found if len(found) <= most else []


def areas_of_level(session: Session, level: str) -> list[FoundArea]:
    """Every area of a level in order of its code."""
    query = select(*FOUND).where(TABLE.c.level == level).order_by(TABLE.c.code)
    return [FoundArea(*row) for row in session.execute(query)]
