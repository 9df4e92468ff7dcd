"""Who may do what: one table, closed by default.

Every route carries a mark, `@allowed("name")`, and every name is a line of PERMISSIONS. One check runs before every
request: a route without a mark, or with a name that is not in the table, is refused whoever asks. `docs/access.md` is
written from this table: `python -m webmap.access > docs/access.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from layers.actor import RESIDENT as NOBODY
from layers.actor import Actor
from webmap.accounts import signed_in
from webmap.caller import has_metrics_token, has_session_cookie, is_on_this_machine
from webmap.errors import NoAccess, SignInNeeded
from webmap.roles import ADMINISTRATOR, COORDINATOR, EVERYONE, OFFICIALS, STAFF, TITLES, VOLUNTEER

View = TypeVar("View", bound=Callable[..., Any])

#: Circumstances that count like a role, for callers that are programs.
THIS_MACHINE = "this machine"
METRICS_TOKEN = "metrics token"  # noqa: S105 - the name of a circumstance, not a secret


@dataclass(frozen=True, slots=True)
class Permission:
    """Who has it (roles and circumstances), and what it lets them do."""

    who: tuple[str, ...]
    lets: str


PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        # pages
        "pages.home": Permission(EVERYONE, "see the map"),
        "pages.static": Permission(EVERYONE, "fetch scripts, styles, icons and fonts"),
        "pages.problems": Permission(EVERYONE, "read what a problem of the API means"),
        "pages.dashboard": Permission(STAFF, "open the dashboard"),
        "account.sign_in": Permission(EVERYONE, "open the sign-in page and sign in"),
        "account.second_factor": Permission(EVERYONE, "after the password: give the second factor, or set it up"),
        "account.join": Permission(EVERYONE, "with an invitation's link: choose a password and have the account"),
        "account.sign_out": Permission(EVERYONE, "sign out"),
        "account.own": Permission(STAFF, "see one's own account, make new recovery codes, end one's sessions"),
        "accounts.manage": Permission(
            (ADMINISTRATOR,), "see every account; invite, set duty areas and roles, disable, end sessions"
        ),
        # the map's data
        "cells.read": Permission(EVERYONE, "read cells: the published view, or the internal one with cells.internal"),
        "cells.internal": Permission(STAFF, "read the internal view of cells, urgent needs and staffing included"),
        "features.read": Permission(EVERYONE, "read the features of public layers"),
        "basemap.read": Permission(EVERYONE, "fetch the base map"),
        "needs.read": Permission(STAFF, "read needs one by one"),
        "needs.open": Permission(
            STAFF, "read words, contact and place of a need one answers for; every reading is noted in the journal"
        ),
        "changes.read": Permission(STAFF, "follow changes as they happen"),
        "history.read": Permission(STAFF, "read what happened to a feature, by whom, when and why; nothing private"),
        "accountability.read": Permission(EVERYONE, "read how long people waited and what they said, by closed month"),
        # what changes the map
        "needs.report": Permission(EVERYONE, "report a need"),
        "needs.follow": Permission(
            EVERYONE,
            "with the private link: see where a need stands, add words, withdraw it, confirm and rate the help",
        ),
        "needs.move": Permission(
            (VOLUNTEER, COORDINATOR, *OFFICIALS, ADMINISTRATOR), "move a need on; its rules say who may take which step"
        ),
        "needs.claim": Permission(
            (VOLUNTEER, COORDINATOR), "take needs for one's own organization, and say what became of them"
        ),
        "needs.tell": Permission(STAFF, "write to the resident of a need one answers for"),
        "needs.correct": Permission(
            (*OFFICIALS, ADMINISTRATOR), "hide the words of a need one answers for, put its place right"
        ),
        "layers.write": Permission(
            (COORDINATOR, *OFFICIALS, ADMINISTRATOR), "add and change features; see also layers.write_all"
        ),
        "layers.write_all": Permission(
            (*OFFICIALS, ADMINISTRATOR), "change every layer, not only supply_drops and volunteer_shifts"
        ),
        "history.take_back": Permission(
            STAFF, "take back the last step of a feature one may move; the layer's rules say which have a way back"
        ),
        "zones.manage": Permission(
            (*OFFICIALS, ADMINISTRATOR), "see what a zone would do, propose one, put another one's proposal into force"
        ),
        "plans.make": Permission(STAFF, "see where need is left, make plans for volunteers and keep them"),
        "plans.publish": Permission(
            (COORDINATOR, *OFFICIALS, ADMINISTRATOR), "publish a plan's posts as shifts of an organization"
        ),
        "plans.claim": Permission(
            (COORDINATOR,), "say that one's organization looks after a place for some hours, and hand it back"
        ),
        "shifts.manage": Permission(
            (COORDINATOR,),
            "see the shifts of one's own organization, send out their links, show the code at a post, read who comes: "
            "names and contacts, each reading noted in the journal",
        ),
        "shifts.take": Permission(
            EVERYONE,
            "with a shift's link: take a place; with the private link: see it, give it up, hand it on, check in",
        ),
        "notices.read": Permission(EVERYONE, "read the notices to an area, as pages, as CAP and as a feed"),
        "notices.write": Permission(
            (*OFFICIALS, ADMINISTRATOR), "send a notice to an area one answers for, change it, call it off"
        ),
        "sitrep.make": Permission(STAFF, "download a situation report with what the public may see"),
        "sitrep.internal": Permission(
            (*OFFICIALS, ADMINISTRATOR), "download a situation report with all that staff see"
        ),
        "drops.manage": Permission(
            (COORDINATOR, *OFFICIALS, ADMINISTRATOR), "plan supply drops, publish what was planned, call a drop off"
        ),
        "drops.serve": Permission(STAFF, "see how far drops have come, say what is there, serve households"),
        "drops.near": Permission(EVERYONE, "see the coming drop that is nearest to a compound"),
        "gates.count": Permission(
            STAFF, "see the gates and which nobody stands at; count at a gate, take back a press, hand over"
        ),
        "gates.links": Permission(
            (COORDINATOR, *OFFICIALS, ADMINISTRATOR), "make a link for a helper without an account, and take it back"
        ),
        "gates.help": Permission(EVERYONE, "with the link of one gate: count there, take back a press"),
        "gates.manage": Permission(
            (*OFFICIALS, ADMINISTRATOR), "put, change, open and close a gate; read what was counted there by the hour"
        ),
        "days.manage": Permission((ADMINISTRATOR,), "say which days are holidays, workdays on a weekend, closures"),
        "zones.rules": Permission(EVERYONE, "read what a zone means at one's own door, and when it can be lifted"),
        "pages.waiting": Permission(EVERYONE, "see what waits on one's own phone"),
        # paper
        "posters.read": Permission(EVERYONE, "see and print the poster of a compound"),
        "posters.list": Permission(STAFF, "search the posters, and print those of a community at once"),
        # the service itself
        "health": Permission(EVERYONE, "ask whether the service is up"),
        "openapi": Permission(EVERYONE, "read the description of the API"),
        "metrics": Permission((THIS_MACHINE, METRICS_TOKEN, ADMINISTRATOR), "read the service's own figures"),
    }
)

#: The layers a coordinator may write without layers.write_all: an organization's own goods and shifts.
LAYERS_OF_ORGANIZATIONS = ("supply_drops", "volunteer_shifts")

#: Marks of routes whose functions are not ours to decorate.
MARKS_OF_OTHERS: Mapping[str, str] = MappingProxyType({"static": "pages.static"})


def allowed(permission: str) -> Callable[[View], View]:
    """Marks a view with the permission it needs. The check itself runs before the view and before its arguments."""
    if permission not in PERMISSIONS:
        raise LookupError(f"{permission!r} is not in the access table")

    def mark(view: View) -> View:
        view.__dict__["permission"] = permission
        return view

    return mark


def current_actor() -> Actor:
    """Who is asking, as a plain value: RESIDENT for everyone who is not signed in. Loaded once a request."""
    if "actor" not in g:
        g.actor = NOBODY
        if has_session_cookie(current_app.config["SESSION_COOKIE_NAME"]):
            person = signed_in()
            g.actor = NOBODY if person is None else person.actor()
    actor: Actor = g.actor
    return actor


def may(actor: Actor, permission: str) -> bool:
    """Whether the actor's role has the permission. Unknown permissions are nobody's."""
    return permission in PERMISSIONS and actor.role in PERMISSIONS[permission].who


def may_write(actor: Actor, layer: str) -> bool:
    """Whether the actor may add and change features of this layer."""
    if may(actor, "layers.write_all"):
        return True
    return may(actor, "layers.write") and layer in LAYERS_OF_ORGANIZATIONS


def permission_of(app: Flask, endpoint: str) -> str | None:
    """The mark of a route; None for one that has none."""
    mark = getattr(app.view_functions.get(endpoint), "permission", None)
    return mark if mark is not None else MARKS_OF_OTHERS.get(endpoint)


def check_access() -> None:
    """Runs before every request: raises SignInNeeded or NoAccess unless the route's mark lets the caller in."""
    if request.endpoint is None:
        return  # no such route: the answer is 404 or 405, which tells nothing
    permission = permission_of(current_app, request.endpoint)
    rule = PERMISSIONS.get(permission) if permission is not None else None
    who = rule.who if rule is not None else ()
    if who == EVERYONE or _in_circumstances(who):
        return
    actor = current_actor()
    if actor.role in who:
        return
    if actor is NOBODY and set(who) & set(STAFF):
        raise SignInNeeded
    raise NoAccess


def _in_circumstances(who: tuple[str, ...]) -> bool:
    """Whether the caller is let in for where it is or what it carries. Asks no store."""
    return (THIS_MACHINE in who and is_on_this_machine()) or (METRICS_TOKEN in who and has_metrics_token())


def as_markdown() -> str:
    """`docs/access.md`, written from the table above."""
    columns = (*EVERYONE, THIS_MACHINE, METRICS_TOKEN)
    lines = [
        "# Who may do what",
        "",
        "Written from the one table in `webmap/access.py`: `python -m webmap.access > docs/access.md`.",
        "What is not in this table is refused, whoever asks. A coordinator writes "
        f"{' and '.join(LAYERS_OF_ORGANIZATIONS)} only.",
        "",
        f"| permission | lets you | {' | '.join(TITLES[name].en if name in TITLES else name for name in columns)} |",
        "|---|---|" + ":-:|" * len(columns),
    ]
    for name, permission in PERMISSIONS.items():
        marks = " | ".join("●" if column in permission.who else "" for column in columns)
        lines.append(f"| `{name}` | {permission.lets} | {marks} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
