"""What can be done to drops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from layers import features
from layers.actor import Actor
from layers.errors import BadInput, MoveNotAllowed
from layers.supply_drops import LAYER
from layers.supply_drops.record import SupplyDrop
from layers.supply_drops.rules import MOST, arrived_of, is_amount


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates drops, or updates those whose source id is known."""
    return features.put(session, LAYER, incoming, actor, at)


def move(
    session: Session, ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes drops to a state together. Raises MoveNotAllowed, NotFound.

    Delivery is stamped once; going on its way again takes the stamp back. What was left over is taken back with the
    distribution, and what was there with the way.
    """
    steps = [
        features.Step(one, to_state, at, _changes(row, to_state, at), details.get("reason"))
        for one, row in features.locked(session, LAYER, ids).items()
    ]
    return features.move(session, LAYER, steps, actor, at)


def _changes(row: dict[str, Any], to_state: str, at: datetime) -> dict[str, Any]:
    if to_state == "delivered":
        return {"delivered_at": min(at, row["delivered_at"] or at), "left_over": None}
    if to_state == "in_transit":
        return {"delivered_at": None}
    return {"delivered_at": None, "arrived": None} if to_state == "planned" else {}


def say_arrived(session: Session, drop_id: int, quantities: Sequence[Decimal], actor: Actor, at: datetime) -> None:
    """Says how much of each item is there by now, while goods are on their way or being handed out.

    What is sent twice is said once. Raises BadInput for a number of quantities other than that of the items or one
    that is no amount, MoveNotAllowed in any other state, NotFound.
    """
    row = features.locked(session, LAYER, [drop_id])[drop_id]
    if row["state"] not in ("in_transit", "delivered"):
        raise MoveNotAllowed(f"nothing arrives at supply_drops {drop_id}, which is {row['state']}")
    _check(row, quantities)
    _say(session, row, "arrived", quantities, actor, at)


def say_left_over(session: Session, drop_id: int, quantities: Sequence[Decimal], actor: Actor, at: datetime) -> None:
    """Says how much of each item is left over at the end. Raises as `say_arrived` does, and BadInput for more than
    there was.
    """
    row = features.locked(session, LAYER, [drop_id])[drop_id]
    if row["state"] != "delivered":
        raise MoveNotAllowed(f"nothing is left over at supply_drops {drop_id}, which is {row['state']}")
    _check(row, quantities)
    for one, there, left in zip(row["items"], arrived_of(row), quantities, strict=True):
        if left > there:
            raise _bad(f"of {one['item']} there were {there:f}, {left:f} cannot be left over")
    _say(session, row, "left_over", quantities, actor, at)


def _check(row: dict[str, Any], quantities: Sequence[Decimal]) -> None:
    if len(quantities) != len(row["items"]):
        raise _bad(f"give {len(row['items'])} quantities, one for each item")
    for one, quantity in zip(row["items"], quantities, strict=True):
        if not is_amount(quantity):
            raise _bad(f"of {one['item']} there cannot be {quantity}: from 0 to {MOST:,}, with three decimals at most")


def _say(
    session: Session, row: dict[str, Any], column: str, quantities: Sequence[Decimal], actor: Actor, at: datetime
) -> None:
    said = [f"{quantity:f}" for quantity in quantities]
    if said == row[column]:
        return
    session.execute(update(SupplyDrop).where(SupplyDrop.id == row["id"]).values({column: said, "changed_at": at}))
    told = [
        {"item": one["item"], "quantity": quantity, "unit": one["unit"]}
        for one, quantity in zip(row["items"], said, strict=True)
    ]
    features.note(session, LAYER, row, column, actor, at, {"items": told})


def _bad(reason: str) -> BadInput:
    return BadInput(reason, [{"field": "quantities", "reason": reason}])
