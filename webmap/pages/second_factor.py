"""The second step of signing in: the code of an authenticator app, and setting that app up at the first sign-in."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_security.tf_plugin import tf_check_state
from flask_security.utils import _get_post_login_redirect

from data import people
from webmap import second_factor as factor
from webmap.access import allowed
from webmap.accounts import Person
from webmap.limits import tries
from webmap.pages.account import shown_once
from webmap.pages.sign_in import welcome
from webmap.service import service

blueprint = Blueprint("second_factor", __name__)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@allowed("account.second_factor")
def code() -> Response:
    """Asks for the code, or for a recovery code, of somebody whose password was right."""
    person = _whose_password_was_right("ready")
    if person is None:
        return _from_the_start()
    if request.method == "GET":
        return shown_once(render_template("second_factor.html"))
    tries(current_app).count_code(person.email)
    if not _is_right(person, request.form.get("code", "")):
        trouble = _("That code is not right, or was used before. Wait for the next one and type it in.")
        return make_response(shown_once(render_template("second_factor.html", trouble=trouble)), 400)
    _sign_in(person)
    answer = make_response(redirect(_get_post_login_redirect()))
    welcome(answer)
    return answer


@blueprint.route("/sign-in/set-up", methods=["GET", "POST"])
@allowed("account.second_factor")
def set_up() -> Response:
    """Shows the secret as a QR code and as letters; the first right code signs in and gives the recovery codes."""
    person = _whose_password_was_right("setup_from_login")
    if person is None or person.totp_secret:
        return _from_the_start()
    secret = session.setdefault("tf_totp_secret", factor.codes().generate_totp_secret())
    if request.method == "GET":
        return _set_up_page(person, secret)
    tries(current_app).count_code(person.email)
    if not factor.codes().verify_totp(request.form.get("code", ""), secret, person):
        trouble = _("That is not the code the app shows at this moment. Wait for the next one and type it in.")
        return make_response(_set_up_page(person, secret, trouble), 400)
    with service().database.write() as store:
        made = people.set_up_second_factor(store, person.id, secret)
        account = people.account_of_id(store, person.id)
        by = people.By(person.email, person.role, datetime.now(UTC))
        people.note(store, account, "second_factor_set_up", by, {})
    _sign_in(person)
    answer = shown_once(render_template("recovery_codes.html", codes=made, next_page=_get_post_login_redirect()))
    welcome(answer)
    return answer


def _whose_password_was_right(state: str) -> Person | None:
    """Who gave a password on the sign-in page and is now at this state of the second step."""
    person = tf_check_state([state])
    return person if isinstance(person, Person) else None


def _is_right(person: Person, words: str) -> bool:
    """Whether it is the app's code, or a recovery code that is left; either is good once."""
    if "".join(words.split()).isdecimal():
        return factor.codes().verify_totp(words, person.totp_secret or "", person)
    with service().database.write() as store:
        if not people.use_recovery_code(store, person.id, words):
            return False
        account = people.account_of_id(store, person.id)
        people.note(store, account, "recovery_code_used", people.By(person.email, person.role, datetime.now(UTC)), {})
    return True


def _sign_in(person: Person) -> None:
    tries(current_app).forgive_codes(person.email)
    current_app.extensions["security"].two_factor_plugins.tf_complete(person, dologin=True)


def _from_the_start() -> Response:
    """Nobody's password was right here, or too long ago."""
    return make_response(redirect(url_for("account.login"), 303))


def _set_up_page(person: Person, secret: str, trouble: str = "") -> Response:
    letters = factor.codes().get_totp_pretty_key(secret)
    page = render_template(
        "second_factor_set_up.html",
        picture=factor.picture(person.email, secret),
        letters=letters,
        email=person.email,
        trouble=trouble,
    )
    return shown_once(page)
