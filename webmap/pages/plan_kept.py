"""A plan that was kept: changed step by step into a new version, published as shifts, printed, and seen afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from geo.cells import centers, from_hex, to_hex
from geo.coordinates import Box
from geo.covers import cover_of_cells
from layers.compounds.queries import nearest_names
from layers.errors import BadInput, NotAllowed
from layers.planning.actions import keep, publish
from layers.planning.aftermath import aftermath, changed_since
from layers.planning.plan import content_of
from layers.planning.queries import kept_plan, published_with, versions_of
from layers.planning.rules import Request
from layers.planning.sheets import sheets_of
from layers.planning.steps import MOST_STEPS, after
from layers.planning.terms import Terms, terms_of
from layers.triage.queries import organizations
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed, current_actor, may
from webmap.duty import check_place
from webmap.pages.plan_view import shown
from webmap.pages.plan_words import posts_by_place
from webmap.pages.planning import made_of
from webmap.pages.post_drawing import drawing_of
from webmap.service import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("kept_plans", __name__, url_prefix="/plan")

PLAN = "/<int(max=9223372036854775807):plan_id>"


@blueprint.get(PLAN)
@allowed("plans.make")
def one(plan_id: int) -> Response:
    """A plan as it was kept, and what became of it."""
    return _kept(plan_id)


@blueprint.post(f"{PLAN}/publish")
@allowed("plans.publish")
def publish_it(plan_id: int) -> Response:
    """Publishes the posts of a kept plan as shifts."""
    actor = current_actor()
    organization = actor.organization or request.form.get("organization", "").strip()
    with service().database.read() as session:
        posts = kept_plan(session, plan_id)["content"]["posts"]
        known = {actor.organization, *organizations(session)} - {""}
    if organization not in known:
        return _kept(plan_id, _("Choose the organization the shifts are for."), 403)
    try:
        for post in posts:
            area = cover_of_cells([from_hex(cell) for cell in (post["cell"], *post["cells"])])
            check_place(actor, area, organization)
    except NotAllowed:
        return _kept(plan_id, _("These posts are not inside your duty area. Nothing was published."), 403)
    try:
        with service().database.write() as session:
            publish(session, plan_id, organization, actor, datetime.now(UTC))
    except NotAllowed:
        return _kept(plan_id, _("A plan made for an organization is published by it."), 403)
    except BadInput:
        return _kept(plan_id, _("The window of this plan is over, or it has no post. Make a new one."), 409)
    return make_response(redirect(url_for("kept_plans.one", plan_id=plan_id, done="published"), 303))


@blueprint.get(f"{PLAN}/edit")
@allowed("plans.make")
def edit(plan_id: int) -> Response:
    """The plan made again with the steps in the address, beside the plan as it was kept: nothing is kept by this."""
    return _edited(plan_id)


@blueprint.post(f"{PLAN}/edit")
@allowed("plans.make")
def keep_version(plan_id: int) -> Response:
    """Keeps the plan with the steps of the form as a new version; the one before it stays as it was."""
    return _edited(plan_id, keeps=True)


@blueprint.get(f"{PLAN}/sheet")
@allowed("plans.make")
def sheet(plan_id: int) -> str:
    """A sheet for each post, for A4: map, compounds, what is open there, the gate to use."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        row = kept_plan(session, plan_id)
        sheets = sheets_of(session, row, service().zone, now)
        words = vocabulary(session)
    drawn = [(one, drawing_of(one)) for one in sheets]
    return render_template(
        "plan_sheet.html",
        row=row,
        sheets=drawn,
        now=now,
        services=words.services,
        role=words.roles.get(row["role"]),
        by_place=posts_by_place(row["content"]),
    )


def _edited(plan_id: int, *, keeps: bool = False) -> Response:
    now, actor = datetime.now(UTC), current_actor()
    with service().database.read() as session:
        row = kept_plan(session, plan_id)
        names = _cells_by_name(session, row)
    if row["organization"] not in ("", actor.organization):
        return _kept(plan_id, _("A plan made for an organization is changed by it. Make one of your own."), 403)
    if row["ends_at"] <= now:
        return _kept(plan_id, _("The window of this plan is over. Make a new one."), 409)
    steps = _steps()
    if len(steps) > MOST_STEPS:
        many = _("That is more than %(most)s changes at once. Keep a version in between.", most=MOST_STEPS)
        return _kept(plan_id, many, 400)
    try:
        terms = after(terms_of(row["terms"]), steps, names)
    except BadInput:
        return _kept(plan_id, _("That change is not possible: the place is not known. Nothing was changed."), 400)
    asked = _request_of(row, terms)
    made, seq, problems = made_of(asked, now, [from_hex(post["cell"]) for post in row["content"]["posts"]])
    if made is None:
        return _kept(plan_id, " ".join(problems.values()), 409)
    if keeps:
        with service().database.write() as session:
            number = keep(session, made, seq, actor, now, follows=plan_id)
        return make_response(redirect(url_for("kept_plans.one", plan_id=number, done="version"), 303))
    content = content_of(made)
    with service().database.read() as session:
        words = vocabulary(session)
        said = {
            "barred": [(to_hex(cell), name) for cell, name in _named(session, terms.barred, now)],
            "excluded": sorted({name for _cell, name in _named(session, terms.excluded, now)}),
        }
    page = render_template(
        "plan_edit.html",
        row=row,
        role=words.roles.get(row["role"]),
        steps=steps,
        changes=made.changes,
        said=said,
        offered_places=sorted({one["near"] for one in content["cells"]}),
        targets=_targets(content),
        **shown(content, takes_steps=True),
    )
    return make_response(page)


def _steps() -> list[str]:
    """The steps of the form; the two that are chosen from lists are written out.

    A form that keeps them is sent to the address of the preview, which has them too: those of the form count.
    """
    given = request.form if request.method == "POST" else request.args
    chosen = {name: given.get(name, "") for name in ("post", "to", "place")}
    written = {"move": f"move:{chosen['post']}:{chosen['to']}", "exclude": f"exclude:{chosen['place']}"}
    return [written.get(step, step) for step in given.getlist("step") if step]


def _request_of(row: Mapping[str, Any], terms: Terms) -> Request:
    """What a kept plan was asked for, on other terms."""
    return Request(
        row["role"], row["volunteers"], row["minutes"], row["starts_at"], row["ends_at"],
        None if row["box"] is None else Box(*row["box"]), row["organization"], terms,
    )  # fmt: skip


def _cells_by_name(session: Session, row: Mapping[str, Any]) -> dict[str, list[int]]:
    """The cells of a kept plan, and those left out of it, by the nearest compound."""
    found: dict[str, list[int]] = {}
    for one in row["content"]["cells"]:
        found.setdefault(one["near"], []).append(from_hex(one["cell"]))
    for cell, name in _named(session, terms_of(row["terms"]).excluded, row["starts_at"]):
        found.setdefault(name, []).append(cell)
    return found


def _named(session: Session, cells: tuple[int, ...], at: datetime) -> list[tuple[int, str]]:
    lngs, lats = centers(np.array(cells, dtype=np.int64))
    return list(zip(cells, nearest_names(session, lngs, lats, at), strict=True))


def _targets(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where a post may be moved to by name: the cell that asks most near each compound that can be reached."""
    unreachable = {one["cell"] for one in content["uncovered"] if one["reason"] == "unreachable"}
    found: dict[str, Mapping[str, Any]] = {}
    for one in content["cells"]:
        best = found.get(one["near"])
        if one["cell"] not in unreachable and (best is None or one["need"] > best["need"]):
            found[one["near"]] = one
    return sorted((name, one["cell"]) for name, one in found.items())


def _kept(plan_id: int, problem: str = "", status: int = 200) -> Response:
    now, actor = datetime.now(UTC), current_actor()
    with service().database.read() as session:
        row = kept_plan(session, plan_id)
        is_over = row["ends_at"] <= now
        role = vocabulary(session).roles.get(row["role"])
        names = organizations(session)
        versions = versions_of(session, plan_id)
        published = published_with(session, plan_id)
        changed = changed_since(session, row["seq"]) if row["published_at"] is None else {}
        happened = aftermath(session, row, now) if row["published_at"] or is_over else None
    is_own = row["organization"] in ("", actor.organization)
    page = render_template(
        "plan_kept.html",
        row=row,
        role=role,
        problem=problem,
        done=request.args.get("done", ""),
        is_over=is_over,
        may_publish=may(actor, "plans.publish") and is_own and not is_over and row["published_at"] is None
        and bool(row["content"]["posts"]),
        may_edit=is_own and not is_over,
        organization=actor.organization,
        organizations=names,
        versions=versions,
        published=published,
        changed=changed,
        happened=happened,
        **shown(row["content"]),
    )  # fmt: skip
    return make_response(page, status)
