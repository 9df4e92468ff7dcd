"""Serving households at a drop, for its page and its API alike: what a household shows becomes a token here."""

from __future__ import annotations

from datetime import UTC, datetime

from layers import features
from layers.errors import BadInput
from layers.supply_drops import LAYER, servings
from layers.supply_drops.rules import household_token, round_of
from layers.supply_drops.servings import Served
from webmap.access import current_actor
from webmap.duty import check_hand_out
from webmap.service import service


def token_of(drop_id: int, shown: tuple[str, ...]) -> str:
    """The token of a household in the round of a drop. shown: ("card", code) or ("door", compound, building, unit).

    Raises BadInput where something of it is missing or the drop is for other compounds, NotFound, NotAllowed for an
    official who does not answer for the place.
    """
    with service().database.read() as session:
        row = features.row_of(session, LAYER, drop_id)
    check_hand_out(current_actor(), row)
    if shown[0] == "door" and row["compounds_served"] and shown[1] not in row["compounds_served"]:
        reason = "this drop is for other compounds"
        raise BadInput(reason, [{"field": "compound", "reason": reason}])
    try:
        return household_token(service().serving_key, round_of(row), shown)
    except ValueError as error:
        raise BadInput(str(error), [{"field": "household", "reason": str(error)}]) from error


def looked_up(drop_id: int, token: str) -> Served | None:
    """Whether the household was served in the round of this drop."""
    with service().database.read() as session:
        return servings.look(session, features.row_of(session, LAYER, drop_id), token)


def served(drop_id: int, token: str, press: str) -> Served:
    """Serves the household, or gives when it was served. Two phones at once: the store lets one through."""
    actor, now = current_actor(), datetime.now(UTC)
    return service().database.written(lambda session: servings.serve(session, drop_id, token, press, actor, now))


def taken_back(drop_id: int, token: str) -> None:
    """Takes back that the household was served here."""
    with service().database.write() as session:
        servings.take_back(session, drop_id, token, current_actor(), datetime.now(UTC))
