"""Accounts of staff, for administrators: who there is, what each answers for; letting in, changing, shutting out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user

from data import people
from layers.errors import NotAllowed
from webmap.access import allowed, current_actor
from webmap.accounts import Person
from webmap.duty import BY_AREA, EVERYWHERE_UNLESS_DEFINED
from webmap.language import OWN_NAMES
from webmap.pages import staff_areas
from webmap.pages.account import shown_once
from webmap.roles import STAFF, TITLES
from webmap.second_factor import needs_second_factor
from webmap.service import service
from webmap.staff import give_role, role_of, signature

blueprint = Blueprint("staff", __name__, url_prefix="/account/staff")

LONGEST_NAME = 200


@blueprint.get("")
@allowed("accounts.manage")
def accounts() -> Response:
    """Every account, and the invitations whose links still work."""
    now = datetime.now(UTC)
    with service().database.read() as store:
        everybody = [account for account in people.accounts(store) if _is_within_reach(account)]
        waiting = [one for one in people.pending(store, now) if one.is_demo or not _is_demo()]
        page = _render("staff.html", accounts=everybody, invitations=waiting, done=request.args.get("done", ""))
    return make_response(page)


@blueprint.route("/invite", methods=["GET", "POST"])
@allowed("accounts.manage")
def invite() -> Response:
    """A form for an invitation; after it, the link, shown this once."""
    given = {name: request.form.get(name, "").strip()[:LONGEST_NAME] for name in _INVITED}
    chosen = staff_areas.given()
    if request.method == "GET" or staff_areas.is_looking():
        return _invite_page(given, chosen, {})
    problems = _problems_of(given, chosen)
    if problems:
        return _invite_page(given, chosen, problems, 400)
    by = signature(current_actor(), datetime.now(UTC))
    try:
        with service().database.write() as store:
            duty_area = people.of_areas(store, chosen) if chosen and given["role"] in BY_AREA else None
            made, token = people.invite(
                store, given["email"], given["role"], by, name=given["name"], organization=given["organization"],
                language=given["language"], duty_area=duty_area, is_demo=_is_demo(),
            )  # fmt: skip
            email, until = made.email, made.expires_at
    except people.AccountExists:
        return _invite_page(given, chosen, {"email": _("There is already an account with this address.")}, 400)
    except people.BadDutyArea as error:
        return _invite_page(given, chosen, {"area": staff_areas.why_not(error)}, 400)
    link = url_for("invitation.join", token=token, _external=True)
    return shown_once(_render("staff_invited.html", link=link, email=email, until=until))


@blueprint.post("/invitations/<int(max=9223372036854775807):invitation_id>")
@allowed("accounts.manage")
def revoke(invitation_id: int) -> Response:
    """Makes the link of an invitation worthless."""
    try:
        with service().database.write() as store:
            if _is_demo() and not any(one.is_demo and one.id == invitation_id for one in people.pending(store, _now())):
                raise NotAllowed(DEMO_ONLY)
            people.revoke(store, invitation_id, signature(current_actor(), _now()))
    except people.InvitationOver as over:
        if over.why == "unknown":
            abort(404)
    return _done("revoked")


@blueprint.get("/<int(max=9223372036854775807):account_id>")
@allowed("accounts.manage")
def account(account_id: int) -> Response:
    """One account, and what can be done with it."""
    with service().database.read() as store:
        return _account_page(store, _account(store, account_id), done=request.args.get("done", ""))


@blueprint.post("/<int(max=9223372036854775807):account_id>/rights")
@allowed("accounts.manage")
def rights(account_id: int) -> Response:
    """Changes name, organization and role; with another role the person has to sign in again."""
    role = request.form.get("role", "")
    with service().database.write() as store:
        found = _account(store, account_id)
        if role not in STAFF:
            return _account_page(store, found, 400, problem=_("Choose a role."))
        if role != role_of(found) and found.email == current_user.email:
            return _account_page(store, found, 400, problem=_("Nobody changes their own role. Ask a colleague."))
        try:
            if role != role_of(found):
                give_role(store, found, role, signature(current_actor(), _now()))
        except people.LastAdministrator:
            return _account_page(store, found, 409, problem=_last())
        found.name = request.form.get("name", "").strip()[:LONGEST_NAME]
        found.organization = request.form.get("organization", "").strip()[:LONGEST_NAME]
        people.note(store, found, "named", signature(current_actor(), _now()), {"organization": found.organization})
    return _done_with(account_id, "changed")


@blueprint.post("/<int(max=9223372036854775807):account_id>/duty-area")
@allowed("accounts.manage")
def duty_area(account_id: int) -> Response:
    """Finds areas to choose from, or makes the chosen ones the duty area, or takes it away where none is chosen."""
    chosen = staff_areas.given()
    with service().database.write() as store:
        found = _account(store, account_id)
        if role_of(found) not in BY_AREA:
            return _account_page(store, found, 400, problem=_("This role answers for no area."))
        if staff_areas.is_looking():
            return _account_page(store, found, chosen=chosen)
        try:
            defined = people.of_areas(store, chosen) if chosen else None
        except people.BadDutyArea as error:
            return _account_page(store, found, 400, chosen=chosen, problem=staff_areas.why_not(error))
        people.define_duty_area(store, found, defined, signature(current_actor(), _now()))
    return _done_with(account_id, "duty-area")


#: What one button does to an account: the journal's word, and how.
STEPS: Mapping[str, tuple[str, Callable[[people.Account], None]]] = MappingProxyType(
    {
        "disable": ("disabled", people.disable),
        "enable": ("enabled", people.enable),
        "end-sessions": ("sessions_ended", people.end_sessions),
        "reset-second-factor": ("second_factor_reset", people.reset_second_factor),
    }
)


@blueprint.post("/<int(max=9223372036854775807):account_id>")
@allowed("accounts.manage")
def step(account_id: int) -> Response:
    """Shuts an account out or lets it in again, ends its sessions, forgets its second factor."""
    asked = request.form.get("step", "")
    with service().database.write() as store:
        found = _account(store, account_id)
        if asked not in STEPS:
            return _account_page(store, found, 400, problem=_("Choose what you want to do with the buttons below."))
        if asked == "disable" and found.email == current_user.email:
            return _account_page(store, found, 400, problem=_("Nobody shuts themselves out. Ask a colleague."))
        verb, do = STEPS[asked]
        try:
            do(found)
        except people.LastAdministrator:
            return _account_page(store, found, 409, problem=_last())
        people.note(store, found, verb, signature(current_actor(), _now()), {})
    return _done_with(account_id, asked)


#: The fields of an invitation, but for the areas.
_INVITED = ("email", "role", "name", "organization", "language")

#: The passwords of demo accounts are published, so they have no say over real ones.
DEMO_ONLY = "a demo account changes demo accounts only"


def _now() -> datetime:
    return datetime.now(UTC)


def _is_demo() -> bool:
    person: Person = current_user
    return person.is_demo


def _is_within_reach(found: people.Account) -> bool:
    return found.is_demo or not _is_demo()


def _account(store: Any, account_id: int) -> people.Account:
    found = people.account_of_id(store, account_id)
    if found is None:
        abort(404)
    if not _is_within_reach(found):
        raise NotAllowed(DEMO_ONLY)
    return found


def _last() -> str:
    return str(_("This is the last administrator. Make another one first."))


def _problems_of(given: dict[str, str], chosen: list[str]) -> dict[str, str]:
    problems = {}
    if not people.is_email(given["email"]):
        problems["email"] = _("Write the address as in name@example.org.")
    if given["role"] not in STAFF:
        problems["role"] = _("Choose a role.")
    if given["role"] in STAFF and given["role"] not in BY_AREA and chosen:
        problems["area"] = _("This role answers for no area. Take the ticks away, or choose another role.")
    if given["language"] not in ("", *OWN_NAMES):
        problems["language"] = _("Choose a language.")
    return {name: str(words) for name, words in problems.items()}


def _invite_page(given: dict[str, str], chosen: list[str], problems: dict[str, str], status: int = 200) -> Response:
    with service().database.read() as store:
        choices = staff_areas.choices(store, chosen)
    page = _render("staff_invite.html", given=given, choices=choices, problems=problems, languages=OWN_NAMES)
    return make_response(page, status)


def _account_page(
    store: Any, found: people.Account, status: int = 200, *, chosen: list[str] | None = None, problem: str = "",
    done: str = "",
) -> Response:  # fmt: skip
    parts = [people.Part(**part) for part in found.duty_area.parts] if found.duty_area else []
    if chosen is None:
        chosen = [part.area for part in parts if not part.area.startswith("file:")]
    page = _render(
        "staff_account.html",
        account=found,
        parts=parts,
        choices=staff_areas.choices(store, chosen),
        own=found.email == current_user.email,
        problem=problem,
        done=done,
    )
    return make_response(page, status)


def _render(template: str, **values: Any) -> str:
    return render_template(
        template,
        roles={name: TITLES[name] for name in STAFF},
        role_of=role_of,
        by_area=BY_AREA,
        everywhere=EVERYWHERE_UNLESS_DEFINED,
        needs_second_factor=needs_second_factor,
        **values,
    )


def _done(what: str) -> Response:
    return make_response(redirect(url_for("staff.accounts", done=what), 303))


def _done_with(account_id: int, what: str) -> Response:
    return make_response(redirect(url_for("staff.account", account_id=account_id, done=what), 303))
