"""What a report says in figures and tables: the same as its map, for whoever reads, prints or cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.cells import CELL_KM2, resolution
from layers import catalogue
from layers.situation.queries import Situation
from layers.situation.rules import Figures
from webmap.sitrep.drawing import zones_in_order
from webmap.sitrep.naming import Names
from webmap.sitrep.writing import Writing

#: Rows of a table at most. The rest is counted below it: a report is read, and lists are exported.
MOST_ROWS = 40

#: Width and height of a trend line, in its own units.
TREND = (100, 24)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that matters: its title, what it is now, what it was at first, and its way as points of a line."""

    title: str
    value: str
    before: str
    trend: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The report's tables, each a list of rows of texts, and how many rows of each are not shown."""

    figures: list[Figure]
    days: list[tuple[str, ...]]
    days_head: list[str]
    zones: list[tuple[str, ...]]
    checkpoints: list[tuple[str, ...]]
    drops: list[tuple[str, ...]]
    places: list[tuple[str, ...]]
    places_head: list[str]
    more: dict[str, int]


def tables_of(told: Situation, writing: Writing) -> Tables:
    """The tables of a situation."""
    shown = _columns(told.internal, writing)
    rows = [[_said(moment.figures, name, told.internal, writing) for name in shown] for moment in told.moments]
    every = {
        "zones": _zones(told, writing),
        "checkpoints": _checkpoints(told, writing),
        "drops": _drops(told, writing),
    }
    places, more_places = _places(told, writing)
    return Tables(
        [_figure(told, name, title, writing) for name, title in shown.items()],
        [(writing.moment(moment.at, "day"), *row) for moment, row in zip(told.moments, rows, strict=True)],
        list(shown.values()),
        **{name: found[:MOST_ROWS] for name, found in every.items()},
        places=places,
        places_head=_places_head(told.internal, writing),
        more={name: max(0, len(found) - MOST_ROWS) for name, found in every.items()} | {"places": more_places},
    )


def _columns(internal: bool, writing: Writing) -> dict[str, str]:
    """The figures that matter, by name, in the order of their weight."""
    _ = writing.gettext
    found = {"needs": _("Open requests")}
    if internal:
        found |= {
            "urgent": _("Urgent requests"),
            "gap": _("Requests with nobody on duty"),
            "filled": _("Volunteer places filled"),
        }
    return found | {
        "locked_households": _("Households locked down"),
        "zones": _("Zones in force"),
        "checkpoints": _("Checkpoints open"),
        "drops": _("Supply drops due in 24 hours"),
    }


def _said(figures: Figures, name: str, internal: bool, writing: Writing) -> str:
    value = getattr(figures, name)
    if value is None:
        return "–"
    if name == "filled":
        return writing.gettext("{filled} of {places}").format(
            filled=writing.number(value), places=writing.number(figures.places or 0)
        )
    plus = "+" if name == "needs" and not internal else ""  # published figures are rounded down: 0 would be a lie
    return f"{writing.number(value)}{plus}"


def _figure(told: Situation, name: str, title: str, writing: Writing) -> Figure:
    values = [getattr(moment.figures, name) for moment in told.moments]
    first = next((at for at, value in enumerate(values) if value is not None), len(values) - 1)
    before = ""
    if first < len(values) - 1:
        moment = told.moments[first]
        before = writing.gettext("{day}: {figure}").format(
            day=writing.moment(moment.at, "date"), figure=_said(moment.figures, name, told.internal, writing)
        )
    return Figure(title, _said(told.now.figures, name, told.internal, writing), before, _trend(values))


def _trend(values: Sequence[int | None]) -> str:
    """Points of a line from the first known value to the last; nothing where there are fewer than two."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    highest = max(value for _, value in known) or 1
    wide, high = TREND
    steps = len(values) - 1
    return " ".join(f"{at * wide / steps:.1f},{high - value * (high - 2) / highest - 1:.1f}" for at, value in known)


def _titles(layer: str, writing: Writing) -> Mapping[str, str]:
    return {entry.value: writing.words(entry.title) for entry in catalogue.layer(layer).legend}


def _zones(told: Situation, writing: Writing) -> list[tuple[str, ...]]:
    titles, now = _titles("quarantine_zones", writing), {row["id"] for row in told.now.zones}
    return [
        (str(number), row["name"], titles[row["level"]], writing.moment(row["valid_from"]),
         writing.moment(row["valid_to"]) or writing.gettext("until further notice"), row["order_reference"])
        for number, row in enumerate(zones_in_order(told), 1)
        if row["id"] in now
    ]  # fmt: skip


def _checkpoints(told: Situation, writing: Writing) -> list[tuple[str, ...]]:
    titles = _titles("checkpoints", writing)
    always = writing.gettext("open at all hours")
    rows = sorted(told.now.checkpoints, key=lambda row: (row["name"], row["id"]))
    return [(row["name"], titles[row["kind"]], row["hours"] or always, row["compound"] or "") for row in rows]


def _drops(told: Situation, writing: Writing) -> list[tuple[str, ...]]:
    titles = _titles("supply_drops", writing)
    comma = writing.gettext(", ")
    rows = sorted(told.now.drops, key=lambda row: (row["window_from"], row["id"]))
    return [
        (row["name"], titles[row["state"]], writing.window(row["window_from"], row["window_to"]),
         comma.join(row["compounds_served"]))
        for row in rows
    ]  # fmt: skip


def _places_head(internal: bool, writing: Writing) -> list[str]:
    _ = writing.gettext
    head = [_("Place"), _("Open requests")]
    if internal:
        return [*head, _("Urgent requests"), _("Requests with nobody on duty"), _("Households"), _("Zone")]
    return [*head, _("How wide the area is")]


def _places(told: Situation, writing: Writing) -> tuple[list[tuple[str, ...]], int]:
    """The places where most help is asked for, first those with most; and how many more there are."""
    found = sorted(
        ((cell, state) for cell, state in told.now.states.items() if state.get("needs")),
        key=lambda pair: (-pair[1]["needs"], pair[0]),
    )
    found, more = found[:MOST_ROWS], max(0, len(found) - MOST_ROWS)
    known, index = Names(told.compounds, writing).of_cells([cell for cell, _ in found])
    titles = {"": "", **_titles("quarantine_zones", writing)}
    rows = []
    for (cell, state), name in zip(found, index, strict=True):
        if told.internal:
            counts = (writing.number(state.get(one, 0)) for one in ("needs", "urgent", "gap", "households"))
            rows.append((known[name], *counts, titles[state.get("zone", "")]))
        else:
            across = float(np.sqrt(2e6 * CELL_KM2[resolution(cell)] / np.sqrt(3)))
            rows.append((known[name], f"{writing.number(state['needs'])}+", writing.distance(across)))
    return rows, more
