"""The form in which staff sign in, and why it refuses somebody."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_security import LoginForm
from wtforms import EmailField, PasswordField, SubmitField

from webmap.caller import is_on_this_machine
from webmap.service import service


class SignInForm(LoginForm):
    """The sign-in form; `trouble` says in one sentence, in the page's language, why nobody was signed in."""

    email = EmailField(_("Email address"), render_kw={"autocomplete": "username"})
    password = PasswordField(_("Password"), render_kw={"autocomplete": "current-password"})
    submit = SubmitField(_("Sign in"))
    remember = None
    trouble = ""

    def validate(self, **kwargs: Any) -> bool:
        """Whether somebody may be signed in; the reason for a refusal is in `trouble`."""
        self.trouble = self._trouble(super().validate(**kwargs) if self.email.data and self.password.data else False)
        return not self.trouble

    def _trouble(self, known: bool) -> str:
        if not known:
            return str(_("That email address and password do not belong to an active account."))
        person: Any = self.user  # one of webmap.accounts
        if person.is_demo and not demo_may_sign_in():
            return str(
                _(
                    "This is a demo account with a published password. It signs in only in a browser on the machine "
                    "that serves Linli, under the address localhost or 127.0.0.1."
                )
            )
        return ""


def demo_may_sign_in() -> bool:
    """Demo passwords are published, so they open nothing to a caller from elsewhere, and nothing in production."""
    return is_on_this_machine() and not service().settings.production
