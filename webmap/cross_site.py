"""Refuses a change that another site makes with a person's session.

One rule for forms and for the JSON API. A request that changes something and carries a session cookie must come from a
page of this site: the browser says so itself (Sec-Fetch-Site, or Origin where that is missing), or the request carries
the form's token (`csrf_token` in the form, X-CSRFToken as a header). A request without a session cookie acts with
nobody's rights and is not asked: a resident's report needs no cookie and no token. See docs/decisions/0004.
"""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup

from webmap.caller import UNSAFE_METHODS, has_session_cookie, is_from_own_page
from webmap.errors import CrossSite


def init_app(app: Flask) -> None:
    """Checks every request that changes something; gives templates `{{ csrf_field() }}`."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `refuse_cross_site` asks, and only where there is a session
    CSRFProtect(app)
    app.jinja_env.globals["csrf_field"] = csrf_field


def csrf_field() -> Markup:
    """The hidden field with the form's token; nothing for a visitor without a session, who needs none."""
    if not has_session_cookie(current_app.config["SESSION_COOKIE_NAME"]):
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def refuse_cross_site() -> None:
    """Runs before every request; raises CrossSite."""
    if request.method not in UNSAFE_METHODS or not has_session_cookie(current_app.config["SESSION_COOKIE_NAME"]):
        return
    if is_from_own_page():
        return
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        raise CrossSite("The request was not sent by a page of this site.") from None
