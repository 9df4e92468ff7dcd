"""An invitation's link: the invited person chooses a password, then sets up the second factor where one is needed."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_security.utils import _get_post_login_redirect

from data import people
from webmap.access import allowed
from webmap.accounts import Person
from webmap.limits import unknown_links
from webmap.pages.sign_in import welcome
from webmap.private_links import kept_private
from webmap.roles import TITLES
from webmap.second_factor import needs_second_factor
from webmap.service import service
from webmap.sign_in_form import demo_may_sign_in

blueprint = Blueprint("invitation", __name__)
blueprint.after_request(kept_private)

LONGEST_PASSWORD = 1000


@blueprint.get("/invitation/<token>")
@allowed("account.join")
def join(token: str) -> Response:
    """What the account will be, and the form for its password."""
    try:
        return _page(token)
    except people.InvitationOver as over:
        return _over(over.why)


@blueprint.post("/invitation/<token>")
@allowed("account.join")
def accept(token: str) -> Response:
    """Makes the account and signs its owner in, by way of the second factor where it is needed."""
    password = request.form.get("password", "")
    try:
        trouble = _trouble(password, request.form.get("again", ""))
        if trouble:
            return _page(token, 400, trouble)
        with service().database.write() as store:
            uniquifier = people.accept(store, token, password, datetime.now(UTC)).fs_uniquifier
    except people.InvitationOver as over:
        return _over(over.why)
    except people.AccountExists:
        return _over("used")
    session.clear()  # whoever was signed in on this device is not the one who joins
    return _signed_in(uniquifier)


def _trouble(password: str, again: str) -> str:
    if len(password) > LONGEST_PASSWORD:
        return str(_("That password is too long."))
    if len(password) < people.SHORTEST_PASSWORD:
        shortest = people.SHORTEST_PASSWORD
        return str(
            _("A password has at least %(count)s characters. Three or four words are easy to keep.", count=shortest)
        )
    if password != again:
        return str(_("The two passwords are not the same. Type them again."))
    return ""


def _signed_in(uniquifier: str) -> Response:
    security = current_app.extensions["security"]
    person: Person = security.datastore.find_user(fs_uniquifier=uniquifier)
    if person.is_demo and not demo_may_sign_in():
        return make_response(redirect("/sign-in", 303))
    answer = security.two_factor_plugins.tf_enter(person, False, "password", None)
    if answer is None:
        security.two_factor_plugins.tf_complete(person, dologin=True)
        answer = redirect(_get_post_login_redirect())
    made = make_response(answer)
    welcome(made)
    return made


def _page(token: str, status: int = 200, trouble: str = "") -> Response:
    with service().database.read() as store:
        found = people.invitation_of_token(store, token, datetime.now(UTC))
        page = render_template(
            "invitation.html",
            invitation=found,
            title=TITLES[found.role],
            shortest=people.SHORTEST_PASSWORD,
            second_factor=needs_second_factor(found.role, found.is_demo),
            trouble=trouble,
        )
    return make_response(page, status)


def _over(why: str) -> Response:
    """A link that opens nothing says why, and what to do."""
    if why == "unknown":
        unknown_links(current_app).count()
    words = {
        "used": _("The account was made with this link already. Sign in with the password that was chosen then."),
        "expired": _("The link was good for seven days, and they are over. Ask your administrator for a new one."),
        "revoked": _("Your administrator has withdrawn this invitation, or sent you a newer one."),
        "unknown": _("This link is incomplete or mistyped. Open it again from the message it came in."),
    }
    return make_response(render_template("invitation_over.html", words=words[why]), 404 if why == "unknown" else 410)
