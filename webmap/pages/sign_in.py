"""Sign in, sign out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, session
from flask_security import current_user, views

from webmap.access import allowed, current_actor
from webmap.language import COOKIE, COOKIE_LIFE, language_of_tag
from webmap.limits import tried_email, tries
from webmap.roles import STAFF, TITLES

blueprint = Blueprint("account", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="login")
@allowed("account.sign_in")
def sign_in() -> Response:
    """The sign-in page; after it, the page the person came from."""
    if request.method == "POST":
        tries(current_app).count(tried_email())
    answer = make_response(views.login())
    if request.method == "POST":
        _welcome(answer)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _welcome(answer: Response) -> None:
    """What follows a sign-in that succeeded."""
    g.pop("actor", None)
    if current_actor().role not in STAFF:
        return
    session.permanent = True
    tries(current_app).forgive(tried_email())
    language = language_of_tag(current_user.language)
    if language and COOKIE not in request.cookies:
        answer.set_cookie(
            COOKIE, language, max_age=COOKIE_LIFE, samesite="Lax", secure=request.is_secure, httponly=True
        )


@blueprint.post("/sign-out", endpoint="logout")
@allowed("account.sign_out")
def sign_out() -> Response:
    """Ends the session and drops its cookie."""
    answer = make_response(views.logout())
    session.clear()
    return answer


@blueprint.get("/account")
@allowed("account.own")
def own_account() -> Response:
    """Who is signed in, and with which rights."""
    return make_response(render_template("account.html", person=current_user, title=TITLES[current_user.role]))
