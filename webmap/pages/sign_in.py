"""Sign in and sign out."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, request
from flask_security import current_user, views

from webmap.access import allowed
from webmap.accounts import end_own_session
from webmap.language import COOKIE, COOKIE_LIFE, language_of_tag
from webmap.limits import tried_email, tries

blueprint = Blueprint("account", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="login")
@allowed("account.sign_in")
def sign_in() -> Response:
    """The sign-in page; after it, the page the person came from."""
    if request.method == "POST":
        tries(current_app).count(tried_email())
    answer = make_response(views.login())
    if request.method == "POST":
        welcome(answer)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def welcome(answer: Response) -> None:
    """What follows a sign-in that succeeded; nothing where it did not, or where the second factor is still to come."""
    if not current_user.is_authenticated:
        return
    tries(current_app).forgive(current_user.email)
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
    end_own_session()
    return answer
