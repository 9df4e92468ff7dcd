"""Steps by which somebody changes a plan: move a post, lock it, take it out, leave a place out. Pure.

A step is a word and what it is about, such as `lock:8b309a4aa123fff`, `move:8b…:8b…` from where to where, or
`exclude:莲塘新村` for all that is asked for near a compound. The terms of a version are those of the plan before it,
with the steps taken one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from geo.cells import COVER, BadCell, from_hex, resolution
from layers.errors import BadInput
from layers.planning.terms import Terms

#: Steps from one version to the next; whoever takes more keeps a version in between.
MOST_STEPS = 40


def after(terms: Terms, steps: Sequence[str], cells_by_name: Mapping[str, Iterable[int]]) -> Terms:
    """The terms after some steps. cells_by_name: the cells near each compound, resolution 11.

    Raises BadInput for a step that is none, or about a place that is not known.
    """
    if len(steps) > MOST_STEPS:
        raise BadInput(f"at most {MOST_STEPS} steps at once: keep a version in between")
    for step in steps:
        verb, _, about = step.partition(":")
        terms = _taken(terms, verb, about, cells_by_name)
    return terms


def _taken(terms: Terms, verb: str, about: str, cells_by_name: Mapping[str, Iterable[int]]) -> Terms:
    if verb in ("exclude", "include"):
        if about not in cells_by_name:
            raise BadInput(f"there is no place {about!r} in this plan")
        named = cells_by_name[about]
        some = _with(terms.excluded, *named) if verb == "exclude" else _without(terms.excluded, *named)
        return replace(terms, excluded=some)
    if verb == "move":
        here, there = (_post(one) for one in _pair(about))
        barred = _without(_with(terms.barred, here), there)
        return replace(terms, locked=_with(_without(terms.locked, here), there), barred=barred)
    if verb in ("leave", "count"):
        cell = _cell(about)
        return replace(terms, excluded=(_with if verb == "leave" else _without)(terms.excluded, cell))
    post = _post(about)
    if verb == "lock":
        return replace(terms, locked=_with(terms.locked, post))
    if verb == "unlock":
        return replace(terms, locked=_without(terms.locked, post))
    if verb == "out":
        return replace(terms, locked=_without(terms.locked, post), barred=_with(terms.barred, post))
    if verb == "back":
        return replace(terms, barred=_without(terms.barred, post))
    raise BadInput(f"there is no step {verb!r}")


def _with(some: tuple[int, ...], *more: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*some, *more)))


def _without(some: tuple[int, ...], *less: int) -> tuple[int, ...]:
    gone = set(less)
    return tuple(one for one in some if one not in gone)


def _pair(about: str) -> tuple[str, str]:
    here, _, there = about.partition(":")
    return here, there


def _cell(text: str) -> int:
    try:
        return from_hex(text)
    except (BadCell, ValueError) as error:
        raise BadInput(f"{text!r} is no place of the map") from error


def _post(text: str) -> int:
    cell = _cell(text)
    if resolution(cell) != COVER:
        raise BadInput(f"{text!r} is no place for a post")
    return cell
