"""Refuses a change that another site makes with a person's session.

One rule for forms and for the JSON API. A request that changes something and carries a session cookie must come from a
page of this site: the browser says so itself (Sec-Fetch-Site, or Origin where that is missing), or the request carries
the form's token (`csrf_token` in the form, X-CSRFToken as a header). A request without a session cookie acts with
nobody's rights and is not asked: a resident's report needs no cookie and no token. The sign-in form is the exception,
and asks always. See docs/decisions/0003-cross-site-requests.md.
"""

from __future__ import annotations

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup

from webmap.caller import UNSAFE_METHODS, has_session_cookie, is_from_own_page
from webmap.errors import CrossSite, tell


def init_app(app: Flask) -> None:
    """Checks every request that changes something; gives templates `{{ csrf_field() }}`."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `refuse_cross_site` asks, and only where there is a session
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # refuse_cross_site asks, by the rule above
        WTF_CSRF_TIME_LIMIT=None,  # a token is good as long as its session: a form may stay open for a shift
    )
    CSRFProtect(app)
    app.register_error_handler(CSRFError, lambda _error: tell(_refusal()))
    app.jinja_env.globals["csrf_field"] = csrf_field


def csrf_field() -> Markup:
    """The hidden field with the form's token; nothing for a visitor without a session, who needs none."""
    if not has_session_cookie(current_app.config["SESSION_COOKIE_NAME"]):
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def refuse_cross_site() -> None:
    """Runs before every request; raises what is told as CrossSite."""
    if request.method not in UNSAFE_METHODS:
        return
    if is_from_own_page():
        g.csrf_valid = True  # the forms of Flask-Security and Flask-WTF look here before they ask for a token
    elif has_session_cookie(current_app.config["SESSION_COOKIE_NAME"]):
        current_app.extensions["csrf"].protect()


def _refusal() -> CrossSite:
    return CrossSite("The request was not sent by a page of this site.")
