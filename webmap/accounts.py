"""Sign-in of staff: Flask-Security over the accounts of `data.people`.

A signed-in person is a plain value, cut loose from the store. A request without a session cookie reads no account, and
one with a cookie reads it only when something asks who is there. There is no sign-up, no recovery by mail and no
sign-in by token; accounts come from an administrator: an invitation, or `linli user add`. Officials and administrators
give a second factor as well (webmap.second_factor).
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g, session
from flask_login import user_logged_in
from flask_security import RoleMixin, Security, UserDatastore, UserMixin

from data import people
from data.availability import StoreAway
from data.watch import Watch
from layers.actor import Actor, LeafRanges
from webmap import second_factor
from webmap.roles import EVERYONE, RESIDENT, TITLES
from webmap.service import service
from webmap.session_cookie import SessionCookie
from webmap.sign_in_form import SignInForm, demo_may_sign_in

COLUMNS = tuple(column.name for column in people.Account.__table__.columns)

#: Sessions believed at once in one process; more than its staff, so that forged cookies cannot fill the memory.
MOST_BELIEVED = 2000

#: How exactly "last seen" is kept. Finer costs every staff request a write.
SEEN_EVERY = timedelta(hours=1)


class PersonRole(RoleMixin):
    """A role as Flask-Security wants it; what it may do is decided by webmap.access alone."""

    permissions = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.description = name


class Person(UserMixin):
    """Somebody with an account, with the account's columns as attributes."""

    id: int
    email: str
    organization: str
    language: str
    is_demo: bool
    totp_secret: str | None
    totp_last_step: int | None
    recovery_codes: list[str] | None
    last_seen_at: datetime | None
    fs_uniquifier: str = ""  # Flask-Security asks the class for it

    def __init__(self, account: people.Account, duty_area: LeafRanges | None = None) -> None:
        self._kept = {column: getattr(account, column) for column in COLUMNS}
        self.__dict__.update(self._kept)
        self.roles = [PersonRole(role.name) for role in account.roles]
        self.duty_area = duty_area
        self.parts = [people.Part(**part) for part in account.duty_area.parts] if account.duty_area else []

    @property
    def role(self) -> str:
        """The role with the most rights among those the account holds."""
        held = {role.name for role in self.roles}
        return next((name for name in reversed(EVERYONE) if name in held), RESIDENT)

    def actor(self) -> Actor:
        """The person as layers know them."""
        return Actor(self.email, self.role, self.organization, self.duty_area)

    def changed(self) -> dict[str, Any]:
        """The columns Flask-Security gave another value since the account was read."""
        return {name: getattr(self, name) for name, kept in self._kept.items() if getattr(self, name) != kept}

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Whether Flask-Security has to ask for a second factor: one that is needed, or one that was set up."""
        needed = second_factor.needs_second_factor(self.role, self.is_demo)
        return needed or (bool(tf_setup_methods) and not self.is_demo), tf_setup_methods


class Accounts(UserDatastore):
    """Finds and keeps accounts for Flask-Security, one short session each time."""

    def __init__(self) -> None:
        super().__init__(Person, PersonRole)
        self._duty_areas: dict[str, LeafRanges | None] = {}

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:
        """The person with this `email` or `fs_uniquifier`; addresses are found however they are spelled."""
        ((attribute, value),) = kwargs.items()
        find = {"email": people.account_of_email, "fs_uniquifier": people.account_of_session}[attribute]
        with service().database.read() as session:
            account = find(session, str(value))
            return Person(account, self._duty_area(session, account)) if account is not None else None

    def _duty_area(self, session: Any, account: people.Account) -> LeafRanges | None:
        """The leaves the account answers for. A definition never changes, so its leaves are read once a process."""
        defined = account.duty_area
        if defined is None:
            return None
        if defined.mark not in self._duty_areas:
            if len(self._duty_areas) > MOST_BELIEVED:
                self._duty_areas.clear()
            self._duty_areas[defined.mark] = people.leaf_ranges_of(session, account.id, defined.mark) or ()
        return self._duty_areas[defined.mark]

    def find_role(self, role: str) -> PersonRole:
        return PersonRole(role)

    def put(self, model: Person) -> Person:
        """Keeps what Flask-Security changed of a person, such as a hash renewed at sign-in."""
        with service().database.write() as session:
            people.keep_fields(session, model.id, model.changed())
        return model

    def commit(self) -> None:
        """Nothing is pending: `put` has kept it."""


@dataclass(slots=True)
class Known:
    """The people found for sessions since the store last changed, so that a screen of tiles asks for them once."""

    watch: Watch
    people: dict[tuple[str, str], Person | None] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def _demo_to_show() -> dict[str, Any]:
    """For the sign-in page, where the demo can be used: an account for each role, and the password of all."""
    if not (service().demo_loaded() and demo_may_sign_in()):
        return {}
    from data.demo.neighbourhood import DEMO_PASSWORD

    with service().database.read() as session:
        shown = [(TITLES[Person(account).role], account.email) for account in people.demo_accounts(session)]
    return {"demo_accounts": shown, "demo_password": DEMO_PASSWORD}


def init_app(app: Flask) -> None:
    """Sets up sessions and Flask-Security, without any of its routes."""
    app.config.update(
        SESSION_COOKIE_NAME="linli_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=app.extensions["linli"].settings.session_hours),
        SECURITY_BLUEPRINT_NAME="account",
        SECURITY_LOGIN_USER_TEMPLATE="sign_in.html",
        SECURITY_POST_LOGIN_VIEW="/dashboard",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # argon2 salts by itself; hashing once lets the store make hashes without knowing Flask or its key
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={f"argon2__{name}": cost for name, cost in people.HASH_COST.items()},
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
    )
    second_factor.configure(app)
    app.extensions["linli_people"] = Known(Watch(app.extensions["linli"].database))
    app.session_interface = SessionCookie()
    security = Security(totp_cls=second_factor.Codes)
    security.init_app(app, Accounts(), register_blueprint=False, login_form=SignInForm)
    security.want_json(lambda request: False)
    security.login_context_processor(_demo_to_show)
    security.login_manager.session_protection = None
    security.login_manager.user_loader(_person_of_session)
    user_logged_in.connect(_name_session, app)
    security.login_manager.request_loader(_never)
    _leave_sessions_alone(app, security)
    app.after_request(_note_seen)


def _leave_sessions_alone(app: Flask, security: Security) -> None:
    """Takes out the hooks that look into the session of every request, files and public tiles included.

    Flask-Principal reads the account before each request: here webmap.access does, when a route needs one. Flask-Login
    renews "remember me" after each: that is not offered here, and looking makes every answer `Vary: Cookie`.
    """
    owners = (security.principal, security.login_manager)
    every_hook: tuple[dict[Any, list[Any]], ...] = (app.before_request_funcs, app.after_request_funcs)
    for hooks in every_hook:
        hooks[None] = [hook for hook in hooks[None] if getattr(hook, "__self__", None) not in owners]


def _never(_request: Request) -> None:
    """Nobody is signed in by a header."""


#: Under this key a session carries its own name, by which it alone can be ended.
SESSION_NAME = "name"


def _name_session(_app: Flask, **_whom: Any) -> None:
    """Gives the session of somebody who has just signed in its name; one without a name is not believed. Done in the
    very moment, because the page that answers may already be theirs.
    """
    g.pop("actor", None)  # who asks is somebody else from here on
    session[SESSION_NAME] = secrets.token_urlsafe(16)
    session.permanent = True


def end_own_session() -> None:
    """Makes this session worthless, also a copy of its cookie; the person's other sessions go on."""
    name = session.get(SESSION_NAME)
    if name:
        now = datetime.now(UTC)
        with service().database.write() as store:
            people.end_session(store, name, now, now + current_app.permanent_session_lifetime)
    session.clear()


def signed_in() -> Person | None:
    """Whose session this request carries. As Flask-Login's `current_user`, without what that does for sessions that
    Linli has none of: once for each tile of each map.
    """
    uniquifier = session.get("_user_id")  # where Flask-Login keeps it
    return _person_of_session(uniquifier) if uniquifier else None


def _person_of_session(uniquifier: str) -> Person | None:
    """The person a session cookie belongs to, as long as their account may still sign in from here."""
    person = _believed(uniquifier, session.get(SESSION_NAME, ""))
    if person is None or not person.active or (person.is_demo and not demo_may_sign_in()):
        return None
    g.person = person
    return person


def _believed(uniquifier: str, name: str) -> Person | None:
    """The person of a session; the store is asked again once anything was written to it since."""
    known: Known = current_app.extensions["linli_people"]
    with known.lock, known.watch as is_new:
        if is_new or len(known.people) > MOST_BELIEVED:
            known.people.clear()
        if (uniquifier, name) not in known.people:
            known.people[uniquifier, name] = _found(uniquifier, name)
        return known.people[uniquifier, name]


def _found(uniquifier: str, name: str) -> Person | None:
    with service().database.read() as store:
        if not name or people.is_ended(store, name):
            return None
    found: Person | None = current_app.extensions["security"].datastore.find_user(fs_uniquifier=uniquifier)
    return found


def _note_seen(response: Response) -> Response:
    person: Person | None = g.get("person")
    now = datetime.now(UTC)
    if person is not None and (person.last_seen_at is None or now - person.last_seen_at > SEEN_EVERY):
        try:
            with service().database.write() as session:
                people.note_seen(session, person.id, now)
            person.last_seen_at = now  # this person is believed until a change: when one was seen is none
        except StoreAway as error:  # a busy store must not turn a good answer into an error
            current_app.logger.warning("could not keep when an account was last used: %s", error)
    return response
