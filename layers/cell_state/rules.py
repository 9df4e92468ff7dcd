"""How figures become one cell's state, and the JSON it is sent as. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.description import Measure

#: Order of the figures in a state, as the contract prints them; measures of other layers follow.
ORDER = ("households", "population", "zone", "needs", "urgent", "services", "places", "filled", "drops",
         "checkpoints", "gap")  # fmt: skip

_ORDERED = frozenset(ORDER)

State = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What one audience is shown: its measures, and whether needs as they are (staff) or as published (public)."""

    name: str
    measures: tuple[Measure, ...]
    internal: bool

    @property
    def layers_with_spans(self) -> bool:
        """Whether any measure changes with time alone."""
        return any(measure.source == "span" for measure in self.measures)


def view_of(measures: Iterable[Measure], internal: bool) -> View:
    """The internal view shows every measure, the public one those that are public."""
    shown = tuple(measure for measure in measures if internal or measure.public)
    return View("internal" if internal else "public", shown, internal)


def state(
    amounts: Mapping[str, int],
    spans: Mapping[str, int | str],
    services: Mapping[str, int],
    urgent: int,
    gap: int,
    needs: int | None = None,
) -> State:
    """One cell's state; what is 0 is left out. `needs` is the sum of the services unless it is given."""
    total = sum(services.values()) if needs is None else needs
    shown = {name: count for name, count in services.items() if count}
    found: State = {**amounts, **spans, "needs": total, "urgent": urgent, "gap": gap, "services": shown}
    others = () if found.keys() <= _ORDERED else sorted(found.keys() - _ORDERED)
    return {name: value for name in (*ORDER, *others) if (value := found.get(name))}


def service_names(slots: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """Services and their slots, in slot order."""
    return sorted(slots.items(), key=lambda pair: pair[1])
