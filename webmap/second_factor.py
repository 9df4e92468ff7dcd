"""The second factor: a code from an authenticator app on the person's phone (TOTP, RFC 6238), through Flask-Security.

Officials and administrators need one, because their account opens residents' contacts. A demo account is never asked:
its password is published and it signs in on the machine itself only.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any

import segno
from flask import Flask, current_app, redirect, request, session, url_for
from flask_security import Totp
from flask_security.tf_plugin import TfPluginBase
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch
from werkzeug.wrappers import Response

from data import people
from webmap.duty import BY_AREA
from webmap.service import service

#: How far a phone's clock may be off, in seconds: one step of 30 s either way, as RFC 6238 (5.2) recommends. More
#: gives a guesser more codes that are right.
CLOCK_OFF_SECONDS = 30


def needs_second_factor(role: str, is_demo: bool) -> bool:
    """Whether an account of this role has to have a second factor."""
    return role in BY_AREA and not is_demo


class AuthenticatorApp(TfPluginBase):
    """Where Flask-Security leads somebody whose password was right: to the code, or to setting it up."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        return [("app", "app")] if user.totp_secret else []

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Response:
        session["tf_state"] = "ready" if user.totp_secret else "setup_from_login"
        endpoint = "second_factor.code" if user.totp_secret else "second_factor.set_up"
        return redirect(url_for(endpoint, next=request.form.get("next") or None))


class Codes(Totp):
    """Codes of apps; each is good once."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = CLOCK_OFF_SECONDS) -> bool:
        """Whether it is the code of now, or of the step before or after. A used one is not right again."""
        try:
            return bool(super().verify_totp(token, totp_secret, user, window))
        except KeyError:
            current_app.logger.warning("the second factor of account %s is from another secret key: reset it", user.id)
            return False

    def get_last_counter(self, user: Any) -> int | None:
        last: int | None = user.totp_last_step
        return last

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        with service().database.write() as store:
            if not people.use_step(store, user.id, tmatch.counter):
                raise UsedTokenError  # somebody was quicker with the same code


def configure(app: Flask) -> None:
    """What Flask-Security has to know of it, before it is set up."""
    key = hmac.new(app.config["SECRET_KEY"].encode(), b"second factor", hashlib.sha256).digest()
    app.config.update(
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_IMPLEMENTATIONS={"code": "webmap.second_factor.AuthenticatorApp"},
        # only read for pages of Flask-Security that are not used here; by its own name it asks for a QR package
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["app"],
        SECURITY_TOTP_ISSUER="Linli",
        # named by its own hash, so that a secret under another key is known for what it is
        SECURITY_TOTP_SECRETS={hashlib.sha256(key).hexdigest()[:8]: urlsafe_b64encode(key).decode()},
    )


def codes() -> Codes:
    """The codes of this application."""
    made: Codes = current_app.extensions["security"].totp_factory
    return made


def picture(email: str, secret: str) -> str:
    """The QR code an app reads the secret from, as SVG on white, whatever the page's colours."""
    made = segno.make(codes().get_totp_uri(email, secret), error="m", micro=False)
    drawn: str = made.svg_inline(scale=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
