"""One's own account: which rights it has, its recovery codes, its sessions."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_security import current_user

from data import people
from webmap.access import allowed
from webmap.accounts import Person
from webmap.duty import BY_AREA, EVERYWHERE_UNLESS_DEFINED
from webmap.limits import tries
from webmap.roles import TITLES
from webmap.second_factor import codes
from webmap.service import service

blueprint = Blueprint("own_account", __name__)


@blueprint.get("/account")
@allowed("account.own")
def page() -> Response:
    """Who is signed in, and with which rights."""
    return _page()


@blueprint.post("/account/recovery-codes")
@allowed("account.own")
def recovery_codes() -> Response:
    """Other recovery codes, shown this once to whoever has the phone: a session left open gives none away."""
    person: Person = current_user
    if not person.totp_secret:
        return make_response(redirect(url_for("own_account.page"), 303))
    tries(current_app).count_code(person.email)
    if not codes().verify_totp(request.form.get("code", ""), person.totp_secret, person):
        return _page(400, trouble=_("That is not the code of this moment. Wait for the next one and type it in."))
    tries(current_app).forgive_codes(person.email)
    with service().database.write() as store:
        made = people.new_recovery_codes(store, person.id)
        account = people.account_of_id(store, person.id)
        people.note(store, account, "recovery_codes_made", people.By(person.email, person.role, datetime.now(UTC)), {})
    return shown_once(render_template("recovery_codes.html", codes=made, next_page=url_for("own_account.page")))


@blueprint.post("/account/end-sessions")
@allowed("account.own")
def end_sessions() -> Response:
    """Signs the person out everywhere, here included."""
    with service().database.write() as store:
        people.end_sessions(people.existing_account(store, current_user.email))
    session.clear()
    return make_response(redirect(url_for("account.login"), 303))


def shown_once(page: str) -> Response:
    """A page of which nothing keeps a copy."""
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(status: int = 200, trouble: str = "") -> Response:
    person: Person = current_user
    page = render_template(
        "account.html",
        person=person,
        title=TITLES[person.role],
        by_area=person.role in BY_AREA,
        everywhere=person.role in EVERYWHERE_UNLESS_DEFINED,
        trouble=trouble,
    )
    return make_response(page, status)
