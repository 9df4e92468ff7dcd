"""Handing out at a drop, on the phone of a volunteer: a door or a card, whether it was served, and serving it.

Plain forms. What a household shows is in no address, is kept nowhere but as a blinded token, and is forgotten by the
page as soon as the next one comes.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from layers import features
from layers.errors import BadInput, MoveNotAllowed, NotAllowed, NotFound
from layers.supply_drops import LAYER
from layers.supply_drops.rules import may_serve
from layers.supply_drops.servings import Served
from webmap.access import allowed
from webmap.pages.drop_words import amount
from webmap.pages.drops import LARGEST_ID
from webmap.pages.duty_words import not_here
from webmap.service import service
from webmap.serving import looked_up, served, taken_back, token_of

blueprint = Blueprint("drop_serving", __name__, url_prefix="/drops")

LONGEST = {"compound": 200, "building": 60, "unit": 60, "card": 80}


@blueprint.get(f"/<int(max={LARGEST_ID}):drop_id>/serve")
@allowed("drops.serve")
def ask(drop_id: int) -> Response:
    """The form: which household?"""
    return _page(_row(drop_id))


@blueprint.post(f"/<int(max={LARGEST_ID}):drop_id>/serve")
@allowed("drops.serve")
def answer(drop_id: int) -> Response:
    """Not served yet, already served, served now, or taken back."""
    row, given = _row(drop_id), _given()
    shown = ("card", given["card"]) if given["card"] else ("door", given["compound"], given["building"], given["unit"])
    try:
        token = token_of(drop_id, shown)
    except BadInput as refused:
        is_elsewhere = refused.errors[0]["field"] == "compound"
        problem = (
            _("Choose the compound from the list.")
            if is_elsewhere
            else _("Enter building and door, or the code of the card.")
        )
        return _page(row, problem=problem, status=400)
    except NotAllowed:
        return _page(row, problem=not_here(), status=403)
    step = request.form.get("step", "look")
    try:
        if step == "serve":
            found = served(drop_id, token, _press())
            return _page(_row(drop_id), found=found, step="serve")
        if step == "take_back":
            taken_back(drop_id, token)
            return _page(_row(drop_id), step="take_back")
    except MoveNotAllowed:
        return _page(
            row, problem=_("Nothing is handed out here now: the goods are not there, or the drop is over."), status=409
        )
    except NotFound:
        return _page(row, problem=_("This household was not served here. Nothing was changed."), status=404)
    return _page(row, found=looked_up(drop_id, token), step="look")


def _page(
    row: dict[str, Any], found: Served | None = None, step: str = "", problem: str = "", status: int = 200
) -> Response:
    given = _given()
    groups = [one for one in (row["plan"] or {}).get("groups", ()) if one["compound"] == given["compound"]]
    page = render_template(
        "drop_serve.html",
        drop=row,
        given=given,
        found=found,
        step=step,
        problem=problem,
        may_serve=may_serve(row),
        groups=sorted(groups, key=lambda one: bool(one["is_care"])),
        planned=(row["plan"] or {}).get("households", 0),
        press=_press() if step == "look" else secrets.token_hex(8),
        amount=amount,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _row(drop_id: int) -> dict[str, Any]:
    with service().database.read() as session:
        return features.row_of(session, LAYER, drop_id)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:longest] for name, longest in LONGEST.items()}


def _press() -> str:
    """Stands for one household asked about, however often the form is sent."""
    given = request.form.get("press", "")
    return given if re.fullmatch("[0-9a-f]{16}", given) else secrets.token_hex(8)
