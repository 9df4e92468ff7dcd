"""Taking areas in: new ones, and what is newly known of those that are there."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from data.areas.record import LEVELS, TABLE, fold
from data.keeping import keep

#: Codes asked for at once; below every store's limit of bound values.
CODES_AT_ONCE = 500

#: Under this key the store keeps a mark that changes with every change of an area.
VERSION_KEY = "areas_version"


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area as it comes in. `parent` is a code, or a name of the level above; geometry is WGS 84 polygons."""

    level: str
    code: str
    name: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    parent: str = ""
    geometry: BaseGeometry | None = None
    source: str = ""


@dataclass(slots=True)
class PutAreas:
    """What became of a batch; `refused`: code and level of rows whose code another level has taken."""

    created: int = 0
    updated: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def with_known_codes(session: Session, rows: Sequence[AreaRow]) -> list[AreaRow]:
    """The rows, those without a code of their own under the code of the one area with their name and parent.

    So outlines without codes complete a list of codes. Only under a parent that is told: the same names come
    again in every city.
    """
    parents = _parents(session, rows)
    asked = {}
    for row in rows:
        if row.parent and row.code.startswith(f"{row.level}:"):
            asked[parents.get((row.level, row.parent), row.parent), row.name] = row
    if not asked:
        return list(rows)
    level = rows[0].level
    of_parents = select(TABLE.c.parent_code, TABLE.c.name, func.min(TABLE.c.code)).where(TABLE.c.level == level)
    under = of_parents.where(TABLE.c.parent_code.in_(sorted({parent for parent, _ in asked})))
    one = under.group_by(TABLE.c.parent_code, TABLE.c.name).having(func.count() == 1)
    codes = {(parent, name): code for parent, name, code in session.execute(one)}
    known = {row.code: codes[key] for key, row in asked.items() if key in codes}
    return [replace(row, code=known.get(row.code, row.code)) for row in rows]


def put_areas(session: Session, rows: Sequence[AreaRow], at: datetime) -> PutAreas:
    """Creates areas, or updates those whose code is known; what a row leaves empty is kept as it was.

    So a list of codes and names and a file of outlines complete each other, in either order. Of rows with the
    same code the last one counts. Raises ValueError for a level that is none.
    """
    if unknown := {row.level for row in rows} - set(LEVELS):
        raise ValueError(f"{', '.join(sorted(unknown))}: not a level; levels are {', '.join(LEVELS)}")
    incoming = {row.code: row for row in rows}
    known = _known(session, list(incoming))
    parents = _parents(session, incoming.values())
    result = PutAreas()
    created: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    for code, row in incoming.items():
        before = known.get(code)
        if before is not None and before["level"] != row.level:
            result.refused[code] = before["level"]
            continue
        (updated if before else created).append(_merged(row, before, parents, at))
    if created:
        session.execute(insert(TABLE), created)
    _update(session, updated)
    _mark(session)
    result.created, result.updated = len(created), len(updated)
    return result


def remove_source(session: Session, source: str) -> int:
    """Removes every area that came from `source`; how many there were."""
    gone = session.execute(delete(TABLE).where(TABLE.c.source == source).returning(TABLE.c.id)).all()
    _mark(session)
    return len(gone)


def _mark(session: Session) -> None:
    keep(session, VERSION_KEY, secrets.token_hex(8))


def _known(session: Session, codes: list[str]) -> dict[str, dict[str, Any]]:
    columns = [column for column in TABLE.c if column.name != "geometry"]
    known = {}
    for start in range(0, len(codes), CODES_AT_ONCE):
        some = codes[start : start + CODES_AT_ONCE]
        for found in session.execute(select(*columns).where(TABLE.c.code.in_(some))).mappings():
            known[found["code"]] = dict(found)
    return known


def _parents(session: Session, rows: Iterable[AreaRow]) -> dict[tuple[str, str], str]:
    """Code by (level of the child, parent as given), for parents given by a name only one area above has."""
    by_level: dict[str, set[str]] = {}
    for row in rows:
        if row.parent:
            by_level.setdefault(row.level, set()).add(row.parent)
    found: dict[tuple[str, str], str] = {}
    for level, names in by_level.items():
        above = LEVELS[: LEVELS.index(level)]
        asked = sorted(names)
        for start in range(0, len(asked), CODES_AT_ONCE):
            some = asked[start : start + CODES_AT_ONCE]
            named = select(TABLE.c.name, func.min(TABLE.c.code)).where(TABLE.c.name.in_(some))
            one = named.where(TABLE.c.level.in_(above)).group_by(TABLE.c.name)
            for name, code in session.execute(one.having(func.count() == 1)):
                found[level, name] = code
    return found


def _merged(
    row: AreaRow, before: dict[str, Any] | None, parents: dict[tuple[str, str], str], at: datetime
) -> dict[str, Any]:
    """The whole row to keep: what is new, and from the row before what the new one does not say."""
    old = before or {"name_en": "", "aliases": [], "parent_code": None, "source": ""}
    aliases = list(dict.fromkeys([*old["aliases"], *row.aliases]))
    if before is not None and before["name"] != row.name:
        aliases.append(before["name"])  # people go on using the old name
    parent = parents.get((row.level, row.parent)) or (row.parent if _is_code(row.parent) else None)
    merged: dict[str, Any] = {
        "level": row.level,
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en or old["name_en"],
        "aliases": [alias for alias in aliases if alias != row.name],
        "parent_code": parent or old["parent_code"],
        "geometry": None if row.geometry is None else _multi(row.geometry),
        "source": row.source or old["source"],
        "changed_at": at,
    }
    merged["search_text"] = "\n".join(
        fold(name) for name in (merged["name"], merged["name_en"], *merged["aliases"]) if name
    )
    return merged


def _update(session: Session, rows: list[dict[str, Any]]) -> None:
    """Two statements: rows without an outline leave the one that is kept alone."""
    for with_outline in (False, True):
        some = [row for row in rows if (row["geometry"] is not None) == with_outline]
        if some:
            names = [name for name in some[0] if name != "code" and (with_outline or name != "geometry")]
            change = update(TABLE).where(TABLE.c.code == bindparam("of_code"))
            values = [{"of_code": row["code"], **{name: row[name] for name in names}} for row in some]
            session.connection().execute(change.values({name: bindparam(name) for name in names}), values)


def _is_code(parent: str) -> bool:
    """Whether a parent nobody knows yet is told by its code; a name alone would lead nowhere."""
    return any(letter.isdigit() for letter in parent)


def _multi(geometry: BaseGeometry) -> BaseGeometry:
    return MultiPolygon([geometry]) if isinstance(geometry, Polygon) else geometry
