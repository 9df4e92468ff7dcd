"""What changed since somebody last looked at the dashboard. Seen is what they say they have seen, by a press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import format_decimal, ngettext

from data import journal
from data.people import existing_account, note_looked
from geo import cells
from layers.actor import Actor
from layers.situation.since import KINDS, Happened, Since, rows_of, seq_at, since
from layers.triage.queries import became_overdue
from layers.vocabulary.queries import vocabulary
from webmap.access import allowed, current_actor
from webmap.duty import area_to_follow, touches
from webmap.pages.form_moments import moment_of_address
from webmap.pages.long_lists import first_asked
from webmap.pages.map_files import language
from webmap.service import service
from webmap.viewport import in_rfc3339

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("since", __name__)

#: Rows of each kind on the page, and of one kind that is asked for alone.
MOST_ROWS, MOST_OF_ONE = 20, 200

#: Changes counted for the line on the dashboard at most.
AT_A_GLANCE = 1000

#: Who never pressed is told of this long.
AT_FIRST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One feature to which something happened: what it is called, when, where it is shown and where its story is."""

    name: str
    at: datetime
    url: str
    story: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What happened of one kind: how often in words, some of the rows, and the address of those after them, if any."""

    name: str
    count: int
    title: str
    rows: list[Row]
    more: int
    url: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Up to which change somebody has looked and as of when; is_said: by a press of theirs."""

    seq: int
    at: datetime
    is_said: bool


@blueprint.get("/dashboard/since")
@allowed("pages.dashboard")
def changed() -> Response:
    """What happened since the reader last said that they had seen it, kind by kind with its rows."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.snapshot() as session:
        looked = _looked(session, actor, now)
        last = journal.latest(session)
        found = since(session, looked.seq, _told(actor))
        kinds = _kinds(session, actor, looked, found, now)
    undo = {name: request.args.get(name, "")[:40] for name in ("seq", "at")}
    page = render_template(
        "since.html",
        looked=looked,
        kinds=kinds,
        is_whole=found.is_whole,
        seq=last,
        at=in_rfc3339(now),
        undo=undo if "seq" in request.args else None,
        done="done" in request.args,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/dashboard/since")
@allowed("pages.dashboard")
def seen() -> Response:
    """Keeps up to which change the reader has seen; the press can be taken back to what was kept when the page was
    read, nothing where that was never said. Pressed twice, or on a page read long ago, it forgets nothing seen since.
    """
    actor, now = current_actor(), datetime.now(UTC)
    is_undone, seen, before = (
        "undo" in request.form,
        _looked_asked("seq", "at"),
        _looked_asked("seq_before", "at_before"),
    )
    if not is_undone and (seen is None or seen.at > now + timedelta(minutes=1)):
        return make_response(redirect(url_for("since.changed"), 303))
    with service().database.write() as session:
        known, account = _looked(session, actor, now), existing_account(session, actor.name)
        if seen is None:
            note_looked(session, account.id, None, None)
        elif is_undone or not known.is_said or (seen.seq, seen.at) >= (known.seq, known.at):
            note_looked(session, account.id, min(seen.seq, journal.latest(session)), min(seen.at, now))
    told = {"seq": before.seq, "at": before.at.isoformat()} if before else {"seq": "", "at": ""}
    address = url_for("since.changed") if is_undone else url_for("since.changed", done=1, **told)
    return make_response(redirect(address, 303))


def _looked_asked(seq: str, at: str) -> Looked | None:
    """What the form says in two of its fields; None where it says none."""
    number, moment = request.form.get(seq, ""), moment_of_address(request.form.get(at, "")[:40])
    if not (number.isascii() and number.isdigit() and len(number) < 19) or moment is None:
        return None
    return Looked(int(number), moment, True)


def changes_since_looked() -> str:
    """How much happened since the reader last looked: a line on the dashboard, counted no farther than a glance."""
    actor, now = current_actor(), datetime.now(UTC)
    with service().database.read() as session:
        looked = _looked(session, actor, now)
        found = since(session, looked.seq, _told(actor), AT_A_GLANCE)
        late = _became_late(session, actor, looked, now)
    total = sum(len(rows) for rows in found.found.values()) + len(late)
    count = format_decimal(total) if found.is_whole else f"{format_decimal(AT_A_GLANCE)}+"
    return str(
        ngettext(
            "%(count)s change since you last looked", "%(count)s changes since you last looked", total, count=count
        )
    )


def _looked(session: Session, actor: Actor, now: datetime) -> Looked:
    account = existing_account(session, actor.name)
    if account.looked_seq is None or account.looked_at is None:
        return Looked(seq_at(session, now - AT_FIRST), now - AT_FIRST, False)
    return Looked(account.looked_seq, account.looked_at, True)


def _told(actor: Actor) -> Callable[[list[int]], bool] | None:
    """Whether the actor is told of a change in some cells, as of those that arrive by themselves; None: of all."""
    area = area_to_follow(actor)
    if area is None:
        return None

    def is_told(touched: list[int]) -> bool:
        first, last = cells.leaf_ranges(np.array(touched, dtype=np.int64))
        ranges = zip(first.tolist(), last.tolist(), strict=True)
        return not touched or any(touches(area, lo, hi) for lo, hi in ranges)

    return is_told


def _became_late(session: Session, actor: Actor, looked: Looked, now: datetime) -> list[dict[str, Any]]:
    area = area_to_follow(actor)
    found = became_overdue(session, looked.at, now)
    return [row for row in found if area is None or touches(area, row["leaf"], row["leaf"])]


def _kinds(session: Session, actor: Actor, looked: Looked, found: Since, now: datetime) -> list[Kind]:
    late = [Happened(row["due"], "needs", row["id"]) for row in _became_late(session, actor, looked, now)]
    of_kind = {**found.found, "overdue": late}
    services = {name: title.in_language(language()) for name, title in vocabulary(session).services.items()}
    alone = request.args.get("kind", "")
    return [
        _kind(session, kind, of_kind.get(kind, []), services, kind == alone)
        for kind in ("new", "met", "overdue", *KINDS[2:])
    ]


def _kind(session: Session, kind: str, happened: list[Happened], services: dict[str, str], is_alone: bool) -> Kind:
    start, most = (first_asked(), MOST_OF_ONE) if is_alone else (0, MOST_ROWS)
    told = happened[start : start + most]
    rows = rows_of(session, told)
    listed = [_row(one, rows.get((one.layer, one.feature_id)), services) for one in told]
    ends = start + len(told) if is_alone else 0
    url = url_for("since.changed", kind=kind, start=ends or None, _anchor=kind)
    count = len(happened)
    return Kind(kind, count, title_of(kind, count), listed, max(count - start - len(told), 0), url)


def _row(one: Happened, row: dict[str, Any] | None, services: dict[str, str]) -> Row:
    """Of what was taken off the map only the story is left."""
    story = url_for("history.story", layer_name=one.layer, feature_id=one.feature_id)
    if row is None:
        return Row(str(one.feature_id), one.at, story, story)
    shown = {
        "needs": url_for("dashboard.dashboard", need=one.feature_id),
        "checkpoints": url_for("gates.one", gate_id=one.feature_id),
        "supply_drops": url_for("drops.one", drop_id=one.feature_id),
    }
    service = services.get(row["service"], row["service"]) if one.layer == "needs" else ""
    name = f"{service} {row['reference']}" if one.layer == "needs" else str(row["name"])
    return Row(name, one.at, shown.get(one.layer, story), story)


def title_of(kind: str, count: int) -> str:
    """What is counted, in words."""
    return {
        "new": ngettext("new request", "new requests", count),
        "met": ngettext("request met", "requests met", count),
        "overdue": ngettext("became overdue", "became overdue", count),
        "in_force": ngettext("zone put into force", "zones put into force", count),
        "lifted": ngettext("zone lifted", "zones lifted", count),
        "opened": ngettext("gate opened", "gates opened", count),
        "closed": ngettext("gate closed", "gates closed", count),
        "arrived": ngettext("drop arrived", "drops arrived", count),
    }[kind]
