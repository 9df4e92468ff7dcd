"""Makes the drops of a plan, as a round in which each household is served once."""

from __future__ import annotations

from datetime import datetime

import shapely
from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.drop_plan.planning import Plan, as_kept
from layers.errors import BadInput
from layers.supply_drops import LAYER, actions
from layers.supply_drops.queries import ids_of_round


def publish(
    session: Session, made: Plan, round_name: str, organization: str, actor: Actor, at: datetime
) -> tuple[list[int], bool]:
    """Makes the planned drops of a plan. Gives their numbers, and whether they were made by this call: the same round
    sent again is made once. Raises BadInput for a name that is too long, of a place or of the organization.
    """
    known = ids_of_round(session, round_name)
    if known:
        return known, False
    incoming = []
    for number, drop in enumerate(made.drops, 1):
        items, kept = as_kept(made, drop)
        values = {
            "source_id": f"round-{round_name}-{number}",
            "name": drop.name,
            "window_from": made.asked.window_from,
            "window_to": made.asked.window_to,
            "items": items,
            "compounds_served": drop.compounds,
            "organization": organization,
        }
        incoming.append(
            features.Incoming(
                features.check(LAYER, values),
                shapely.Point(drop.lng, drop.lat),
                columns={"round": round_name, "plan": kept},
            )
        )
    result = actions.put(session, incoming, actor, at)
    if result.rejected:
        raise BadInput(result.rejected[0][1])
    return result.ids, True
