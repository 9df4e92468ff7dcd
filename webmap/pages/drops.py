"""Supply drops for staff: which are late, coming and over; one drop step by step; its run sheet on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import features
from layers.drop_plan.rules import RULES
from layers.errors import BadInput, MoveNotAllowed, NotAllowed
from layers.history.queries import events
from layers.supply_drops import LAYER, actions
from layers.supply_drops.queries import to_follow
from layers.supply_drops.rules import MOVES, arrived_of, is_amount, is_late, may_serve, needed_again
from layers.text import Text
from webmap.access import allowed, current_actor, may
from webmap.duty import check_feature, check_hand_out
from webmap.errors import NoAccess
from webmap.pages.drop_words import TITLES, amount, money
from webmap.pages.duty_words import not_here
from webmap.pages.history import lines
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("drops", __name__, url_prefix="/drops")

LARGEST_ID = 2**63 - 1

#: What is listed: what is over since yesterday, what opens within three days; asked for, all that is planned.
BACK, AHEAD, EVER = timedelta(days=1), timedelta(days=3), timedelta(days=3650)

#: What a button says that takes a drop on, from each state. The first is what usually comes next.
STEPS: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "planned": (("in_transit", Text("It is on its way", "已出发")),),
    "in_transit": (("delivered", Text("Delivered: no more is to come", "已送达，不再有货")),),
    "delivered": (("distributed", Text("Distributed: the drop is over", "已发放完毕")),),
    "distributed": (),
    "cancelled": (),
}

#: Takes a mistaken step back.
BACKWARDS: Mapping[str, tuple[str, Text]] = {
    "in_transit": ("planned", Text("It is not on its way after all", "其实尚未出发")),
    "delivered": ("in_transit", Text("It is not delivered after all", "其实尚未送达")),
    "distributed": ("delivered", Text("It is not over after all", "其实尚未发放完毕")),
    "cancelled": ("planned", Text("Plan it again", "恢复计划")),
}

#: Boxes to tick for one compound on paper: half a page. More households are counted by tally.
MOST_BOXES = 500

#: States in which nothing is to come.
OVER = ("distributed", "cancelled")

#: Steps of those who answer for the plan, not of those who hand out.
OF_PLANNERS = ("cancelled", "planned")


@blueprint.get("")
@allowed("drops.serve")
def find() -> str:
    """What is late, what is coming or under way, what is over since yesterday."""
    now, is_whole = datetime.now(UTC), "all" in request.args
    with service().database.read() as session:
        rows = to_follow(session, now - BACK, now + (EVER if is_whole else AHEAD))
    late = [row for row in rows if is_late(row, now)]
    over = [row for row in rows if row["state"] in OVER]
    coming = [row for row in rows if row["state"] not in OVER and not is_late(row, now)]
    return render_template(
        "drops.html",
        groups=[
            ("late", _("Late: the window is open and nothing is there"), late),
            ("coming", _("Coming and under way"), coming),
            ("over", _("Over since yesterday"), over[::-1]),
        ],
        titles=TITLES,
        is_whole=is_whole,
        done=request.args.get("done", type=int) or 0,
        households=_households,
    )


@blueprint.get(f"/<int(max={LARGEST_ID}):drop_id>")
@allowed("drops.serve")
def one(drop_id: int) -> Response:
    """One drop: its goods, for whom, how far it has come, what happened to it."""
    return _page(drop_id)


@blueprint.post(f"/<int(max={LARGEST_ID}):drop_id>")
@allowed("drops.serve")
def act(drop_id: int) -> Response:
    """Says what is there or left over, and takes the drop a step on or back, if it still is as it was read."""
    step = request.form.get("step", "")
    if step in OF_PLANNERS and not may(current_actor(), "drops.manage"):
        raise NoAccess
    try:
        quantities = _quantities()
    except BadInput:
        return _page(
            drop_id,
            _("Write a number of 0 or more for each item, with three decimals at most. Nothing was saved."),
            400,
        )
    try:
        with service().database.write() as session:
            row = features.locked(session, LAYER, [drop_id])[drop_id]
            is_as_read = row["changed_at"].isoformat() == request.form.get("seen")
            if step in OF_PLANNERS:
                check_feature(current_actor(), LAYER, row)
            check_hand_out(current_actor(), row)
            if is_as_read:
                _take(session, row, step, quantities)
    except NotAllowed:
        return _page(drop_id, not_here(), 403)
    except MoveNotAllowed:
        return _page(drop_id, _("That step is not possible from where this drop stands."), 409)
    except BadInput:
        return _page(drop_id, _("More cannot be left over than was there. Nothing was saved."), 400)
    if not is_as_read:
        return _page(drop_id, _("This drop was changed since you read it. Read it again; nothing was done."), 409)
    return make_response(redirect(url_for("drops.one", drop_id=drop_id, done=1), 303))


@blueprint.get(f"/<int(max={LARGEST_ID}):drop_id>/sheet")
@allowed("drops.serve")
def sheet(drop_id: int) -> str:
    """The run sheet: compounds, households, what each gets, totals, boxes to tick. For A4."""
    with service().database.read() as session:
        row = features.row_of(session, LAYER, drop_id)
    return render_template(
        "drop_sheet.html", drop=row, groups=_groups(row), amount=amount, rules=RULES, most_boxes=MOST_BOXES
    )


def _take(session: Session, row: dict[str, Any], step: str, quantities: list[Decimal | None]) -> None:
    """What a button says. Nothing written means, when a drop is delivered, that all that was planned is there."""
    actor, now, drop_id = current_actor(), datetime.now(UTC), row["id"]
    if quantities and step in ("arrived", "delivered") and row["state"] == "in_transit":
        planned = [Decimal(str(one["quantity"])) if step == "delivered" else Decimal(0) for one in row["items"]]
        there = [one if said is None else said for said, one in zip(quantities, planned, strict=False)]
        actions.say_arrived(session, drop_id, there, actor, now)
    elif quantities and step == "distributed":
        actions.say_left_over(session, drop_id, [one or Decimal(0) for one in quantities], actor, now)
    if step != "arrived":
        actions.move(session, [drop_id], step, actor, now)


def _quantities() -> list[Decimal | None]:
    """The quantities in the form, one for each item, None where nothing is written. Raises BadInput."""
    written = [one.strip() for one in request.form.getlist("quantity")]
    try:
        found = [Decimal(one) if one else None for one in written]
    except InvalidOperation as error:
        raise BadInput("not a number") from error
    if not all(one is None or is_amount(one) for one in found):
        raise BadInput("not an amount")
    return found


def _page(drop_id: int, problem: str = "", status: int = 200) -> Response:
    with service().database.read() as session:
        row = features.row_of(session, LAYER, drop_id)
        happened = events(session, LAYER, drop_id)
    manages = may(current_actor(), "drops.manage")
    backwards = BACKWARDS.get(row["state"])
    if backwards and not LAYER.may_move(row, backwards[0]):
        backwards = None
    page = render_template(
        "drop.html",
        drop=row,
        titles=TITLES,
        goods=list(zip(row["items"], arrived_of(row), _left_over(row), strict=True)),
        written=request.form.getlist("quantity") if problem else [],
        groups=_groups(row),
        households=_households(row),
        is_late=is_late(row, datetime.now(UTC)),
        may_serve=may_serve(row),
        again=needed_again(row),
        steps=STEPS[row["state"]],
        backwards=backwards if backwards and (manages or backwards[0] not in OF_PLANNERS) else None,
        may_call_off=manages and "cancelled" in MOVES[row["state"]],
        lines=lines(happened),
        problem=problem,
        done="done" in request.args,
        amount=amount,
        money=money,
    )
    return make_response(page, status)


def _households(row: Mapping[str, Any]) -> int:
    """How many households the drop is planned for; 0 where that is not known."""
    return int((row["plan"] or {}).get("households", 0))


def _groups(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups of the plan, by compound as people look for it."""
    return sorted((row["plan"] or {}).get("groups", ()), key=lambda one: (one["compound"], one["is_care"]))


def _left_over(row: Mapping[str, Any]) -> list[Decimal | None]:
    said = row["left_over"] or ()
    return [Decimal(one) for one in said] if len(said) == len(row["items"]) else [None] * len(row["items"])
