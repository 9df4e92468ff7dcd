"""My round: what an organization has taken, by building, and what waits to be taken. Plain forms, made for a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers.errors import BadInput
from layers.needs import additions, claims
from layers.needs.actions import MovedEach
from layers.needs.queries import buildings_of, held_by
from layers.needs.rules import HAND_BACK, MOST_IN_A_ROUND, NAME_LONGEST, WORDS_LONGEST, may_extend
from layers.triage.queries import Filter, communities, organizations, page
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed, current_actor
from webmap.claiming import carried_out, handed_over, name_of_caller, own_organization, why_left
from webmap.pages.round_words import done_words, left_words, time_left, waited
from webmap.service import service

blueprint = Blueprint("round", __name__)

#: A compound and a building in it, and what is to be done there.
Building = tuple[tuple[str, str], list[dict[str, Any]]]

#: Needs listed as waiting; who takes them looks again. More is a long page on a weak signal.
MOST_WAITING = 60

#: Characters of a reference that are looked for; one has 12 with its dashes.
REFERENCE_LONGEST = 20


@blueprint.get("/round")
@allowed("needs.claim")
def mine() -> Response:
    """What the caller's organization has, by building; who goes, and how long each claim still lasts."""
    step, count = request.args.get("done", ""), request.args.get("count", type=int) or 0
    return _round(done=done_words(step, count) if count else "")


@blueprint.post("/round")
@allowed("needs.claim")
def act() -> Response:
    """Does to the needs named what the button says, and shows the round again; or says what stood in the way."""
    form = request.form
    step, need_ids = form.get("step", ""), _numbers()
    jobs: dict[str, Callable[[], MovedEach]] = {
        "take": lambda: carried_out(partial(claims.take, taken_by=form.get("taken_by", "")), need_ids),
        "extend": lambda: carried_out(claims.extend, need_ids),
        "hand_on": lambda: handed_over(need_ids, "", form.get("taken_by", "")),
        "hand_over": lambda: handed_over(need_ids, form.get("organization", ""), ""),
        "hand_back": lambda: carried_out(partial(claims.hand_back, reason=form.get("reason", "")), need_ids),
        "met": lambda: carried_out(partial(claims.meet, given=form.get("given", "")), need_ids),
        "met_in_part": lambda: carried_out(partial(claims.meet_in_part, given=form.get("given", "")), need_ids),
    }
    show = _waiting if step == "take" else _round
    if step not in jobs or not need_ids:
        return show(problems=[_("Choose at least one request.")], status=400)
    try:
        done = jobs[step]()
    except BadInput as refused:
        return show(problems=[_why(step, refused)], status=400)
    left = [_left(done.stayed.get(one)) for one in need_ids if one not in {row["id"] for row in done.moved}]
    if left:
        return show(problems=left, done=done_words(step, len(done.moved)) if done.moved else "", status=409)
    return make_response(redirect(url_for("round.mine", done=step, count=len(done.moved)), 303))


@blueprint.get("/round/waiting")
@allowed("needs.claim")
def waiting() -> Response:
    """What waits for an organization, the most urgent first; several are taken as one round."""
    return _waiting()


@blueprint.post("/round/sheet")
@allowed("needs.claim")
def sheet() -> Response:
    """The run sheet, to read on the way or to print: words, contact and door of what the caller's organization has.

    Each reading is noted in the journal. Nothing is taken by it.
    """
    actor, now = current_actor(), datetime.now(UTC)
    organization = own_organization(actor)
    stops = []
    with service().database.write() as session:
        for row in held_by(session, organization, now):
            if row["id"] in _numbers():
                private = additions.read_private(session, row, actor, now)
                stops.append({"need": row, "private": _shown(private)})
        services = vocabulary(session).services
    buildings = _by_building(stops, lambda stop: (stop["private"]["compound"], stop["private"]["building"]))
    return _kept_nowhere(
        render_template(
            "round_sheet.html",
            buildings=buildings,
            services=services,
            now=now,
            organization=organization,
            count=len(stops),
        )
    )


def _round(problems: list[str] | None = None, done: str = "", status: int = 200) -> Response:
    now, organization = datetime.now(UTC), own_organization(current_actor())
    with service().database.read() as session:
        rows = held_by(session, organization, now)
        homes = buildings_of(session, [row["id"] for row in rows])
        services = vocabulary(session).services
        others = [one for one in organizations(session) if one != organization]
    return _kept_nowhere(
        render_template(
            "round.html",
            now=now,
            organization=organization,
            given=[row for row in rows if row["taken_by"] is None],
            rounds=_rounds(rows, homes),
            services=services,
            others=others,
            reasons=HAND_BACK,
            caller=name_of_caller(),
            problems=problems or [],
            done=done,
            time_left=time_left,
            name_longest=NAME_LONGEST,
            words_longest=WORDS_LONGEST,
        ),
        status,
    )


@dataclass(frozen=True, slots=True)
class Round:
    """What one person has taken: the moment at which the first claim ends, and the needs by building."""

    name: str
    ends: datetime | None
    needs: list[int]
    extendable: list[int]
    buildings: list[Building]


def _rounds(rows: list[dict[str, Any]], homes: Mapping[int, tuple[str, str]]) -> list[Round]:
    """The rounds under way: the caller's own at the front, then the one that ends first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["taken_by"] is not None:
            found.setdefault(row["taken_by"], []).append(row)
    rounds = [
        Round(
            name,
            min((row["claim_until"] for row in own if row["claim_until"]), default=None),
            [row["id"] for row in own],
            [row["id"] for row in own if may_extend(row)],
            _by_building(own, lambda row: homes.get(row["id"], ("", ""))),
        )
        for name, own in found.items()
    ]
    return sorted(rounds, key=lambda one: one.name != name_of_caller())


def _waiting(problems: list[str] | None = None, done: str = "", status: int = 200) -> Response:
    now, asked = datetime.now(UTC), request.values
    with service().database.read() as session:
        services = vocabulary(session).services
        wanted = Filter(
            states=("acknowledged",),
            services=tuple(one for one in (asked.get("service", ""),) if one in services),
            communities=tuple(one for one in (asked.get("community", ""),) if one),
            reference=asked.get("q", "")[:REFERENCE_LONGEST],
        )
        rows = page(session, wanted, MOST_WAITING, now)
        places = communities(session)
    return _kept_nowhere(
        render_template(
            "round_waiting.html",
            now=now,
            rows=[row for row in rows if row["state"] == "acknowledged"],
            services=services,
            communities=places,
            wanted=wanted,
            caller=asked.get("taken_by") or name_of_caller(),
            chosen=_numbers(),
            problems=problems or [],
            done=done,
            most=MOST_IN_A_ROUND,
            name_longest=NAME_LONGEST,
            reference_longest=REFERENCE_LONGEST,
            is_cut=len(rows) == MOST_WAITING,
            waited=waited,
        ),
        status,
    )


def _by_building(stops: list[dict[str, Any]], home_of: Callable[[dict[str, Any]], tuple[str, str]]) -> list[Building]:
    """Stops by compound and building, in the order of names; those of which nothing is known come last."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for stop in stops:
        found.setdefault(home_of(stop), []).append(stop)
    return sorted(found.items(), key=lambda one: (not any(one[0]), one[0]))


def _shown(private: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a run sheet says of a home; nothing where it was purged, no words where an official hid them."""
    if private is None:
        return dict.fromkeys(("compound", "building", "unit", "words", "contact"), "")
    return {**private, "words": "" if private["words_hidden"] else private["words"]}


def _left(row: dict[str, Any] | None) -> str:
    return left_words(row, why_left(row, own_organization(current_actor())), datetime.now(UTC))


def _why(step: str, refused: BadInput) -> str:
    """What was wrong with a form, in the page's language."""
    return {
        "take": _("Say who goes: a name of at most %(count)d characters.", count=NAME_LONGEST),
        "hand_on": _("Say who goes: a name of at most %(count)d characters.", count=NAME_LONGEST),
        "hand_over": _("Choose another organization from the list."),
        "hand_back": _("Choose why it is handed back."),
        "met_in_part": _("Write what was given, so that the resident knows what is still to come."),
    }.get(step, str(refused))


def _numbers() -> list[int]:
    """The numbers of needs in a form, as far as they are numbers."""
    return [int(one) for one in request.form.getlist("needs") if one.isascii() and one.isdigit() and len(one) < 19]


def _kept_nowhere(content: str, status: int = 200) -> Response:
    """The list says in which building somebody asked for help: no copy of it is kept."""
    response = make_response(content, status)
    response.headers["Cache-Control"] = "no-store"
    return response
