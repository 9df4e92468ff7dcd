"""Which moves are legal, written down from the design and not from the code: state → states it may become."""

from __future__ import annotations

NEEDS = {
    "reported": {"acknowledged", "duplicate", "declined", "withdrawn"},
    "acknowledged": {"assigned", "duplicate", "declined", "withdrawn"},
    "assigned": {"met", "acknowledged", "duplicate", "declined", "withdrawn"},
    "met": {"confirmed", "assigned"},
    "confirmed": set(),
}
#: From these a need goes back to the state before, and nowhere else.
TAKEN_BACK = ("duplicate", "declined", "withdrawn")

LEGAL: dict[str, dict[str, set[str]]] = {
    "checkpoints": {"planned": {"open", "closed"}, "open": {"closed"}, "closed": {"open"}},
    "quarantine_zones": {
        "drafted": {"proposed"},
        "proposed": {"in_force", "drafted"},
        "in_force": {"lifted"},
        "lifted": {"in_force"},
    },
    "supply_drops": {
        "planned": {"in_transit", "cancelled"},
        "in_transit": {"delivered", "planned", "cancelled"},
        "delivered": {"distributed", "in_transit"},
        "distributed": {"delivered"},
        "cancelled": {"planned"},
    },
    "volunteer_shifts": {"open": {"cancelled"}, "cancelled": {"open"}},
}


def legal_for(layer: str, state: str, state_before: str | None = None) -> set[str]:
    """The states a feature may go to; for a need that was closed, the one before."""
    if layer != "needs":
        return LEGAL[layer][state]
    if state in TAKEN_BACK:
        return {state_before} if state_before else set()
    return NEEDS[state]
