"""Gates for those who stand at them: the list with today's state, the page for a phone, and what was counted.

Every button is a form, so counting works without scripts; with scripts (webmap/static/gates) it works without signal.
No person is recorded: neither who passes nor who counts.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from layers import features
from layers.checkpoints import LAYER
from layers.checkpoints.counting import count, hand_over
from layers.checkpoints.queries import by_quarter, counted_since, hand_overs
from layers.checkpoints.rules import COUNTED, NOTE_LONGEST, QUARTER, Press
from layers.errors import BadInput
from layers.gate_staffing import Gate, gates_at
from layers.text import Text
from webmap.access import allowed, current_actor
from webmap.gate_sums import gate_sums
from webmap.service import service

blueprint = Blueprint("gates", __name__, url_prefix="/gates")

GATE = "<int(max=9223372036854775807):gate_id>"

#: Gates on one page of the list. More is a list nobody reads to its end; the name finds the rest.
MOST_SHOWN = 200

#: Hand-overs shown: about three days of shifts.
MOST_HAND_OVERS = 12

#: Days before this are slips of the pen; no gate was counted at.
EARLIEST = date(2000, 1, 1)

#: A key as `new_key` makes them.
KEY = re.compile("[A-Za-z0-9_-]{16,64}")

BUTTONS: Mapping[str, Text] = {
    "passed": Text("Passed", "放行"),
    "temperature_high": Text("Temperature high", "体温异常"),
    "referred": Text("Referred", "转送"),
}


@blueprint.get("")
@allowed("gates.count")
def find() -> str:
    """Every gate: whether it is open, whether somebody stands there, what was counted today; gaps first."""
    now, asked = datetime.now(UTC), request.args.get("q", "").strip()[:200]
    only_gaps = request.args.get("show") == "unstaffed"
    with service().database.snapshot() as session:
        gates = gates_at(session, now, service().zone)
        today = counted_since(session, _midnight(now))
    shown = [gate for gate in gates if (gate.is_gap or not only_gaps) and _is_meant(gate, asked)]
    shown.sort(key=lambda gate: (not gate.is_gap, not gate.is_open, gate.row["state"] == "closed"))
    return render_template(
        "gates.html",
        gates=shown[:MOST_SHOWN],
        more=len(shown) - MOST_SHOWN,
        total=len(gates),
        open_count=sum(gate.is_open for gate in gates),
        gap_count=sum(gate.is_gap for gate in gates),
        today=today,
        sums={kind: sum(one[kind] for one in today.values()) for kind in COUNTED},
        none_counted=dict.fromkeys(COUNTED, 0),
        kinds=kinds(),
        asked=asked,
        only_gaps=only_gaps,
    )


@blueprint.get("/phone")
@allowed("pages.waiting")
def phone() -> Response:
    """The page of any gate as a phone keeps it, to open without signal; the phone puts the gate's name into it."""
    return make_response(at_gate(None, {}))


@blueprint.get(f"/{GATE}")
@allowed("gates.count")
def one(gate_id: int) -> Response:
    """Three buttons for a thumb, what they have counted, and the hand-over."""
    return kept_nowhere(_gate(gate_id))


@blueprint.post(f"/{GATE}/count")
@allowed("gates.count")
def press(gate_id: int) -> Response:
    """One press, or the taking back of one, of a browser without scripts."""
    key, kind, is_undone = request.form.get("key", ""), request.form.get("kind", ""), "undo" in request.form
    if not KEY.fullmatch(key) or kind not in COUNTED:
        return kept_nowhere(_gate(gate_id, _("That press was not understood. Press the button again.")), 400)
    now, actor = datetime.now(UTC), current_actor()
    made = Press(key, kind, now, undone=is_undone)
    taken = service().database.written(lambda session: count(session, gate_id, [made], now, actor, now))
    if taken.refused:
        return kept_nowhere(_gate(gate_id, _("This gate is not open: nothing was counted.")), 409)
    known = {"undone": kind} if is_undone else {"last": key, "kind": kind}
    return make_response(redirect(url_for("gates.one", gate_id=gate_id, **known), 303))


@blueprint.post(f"/{GATE}/hand-over")
@allowed("gates.count")
def end_shift(gate_id: int) -> Response:
    """Hands the gate over with its count, a moment and which shift; no person."""
    key, note, now, actor = (
        request.form.get("key", ""),
        request.form.get("note", ""),
        datetime.now(UTC),
        current_actor(),
    )
    if not KEY.fullmatch(key):
        return kept_nowhere(_gate(gate_id, _("That was not understood. Hand over again.")), 400)
    try:
        service().database.written(lambda session: hand_over(session, gate_id, key, note, actor, now))
    except BadInput:
        problem = _(
            "Not handed over: the note names the shift or the organization in at most %(count)d characters, "
            "no person and no number.", count=NOTE_LONGEST,
        )  # fmt: skip
        return kept_nowhere(_gate(gate_id, problem, note), 400)
    return make_response(redirect(url_for("gates.one", gate_id=gate_id, done="handed_over"), 303))


@blueprint.get(f"/{GATE}/counts")
@allowed("gates.manage")
def counted(gate_id: int) -> str:
    """What was counted on one day, by the hour and the quarter of an hour, as a table and as bars; the hand-overs."""
    now = datetime.now(UTC)
    day = _day(request.args.get("day", ""), now)
    begins, ends = _midnight_of(day), _midnight_of(day + timedelta(days=1))
    with service().database.snapshot() as session:
        row = features.row_of(session, LAYER, gate_id)
        quarters = by_quarter(session, gate_id, begins, ends)
        over = hand_overs(session, gate_id, MOST_HAND_OVERS)
    hours: dict[datetime, dict[str, int]] = {}
    for quarter, counts in quarters.items():
        hour = hours.setdefault(quarter.astimezone(service().zone).replace(minute=0), dict.fromkeys(COUNTED, 0))
        for kind in COUNTED:
            hour[kind] += counts[kind]
    return render_template(
        "gate_counts.html",
        row=row,
        day=day,
        is_today=day == now.astimezone(service().zone).date(),
        day_before=day - timedelta(days=1),
        day_after=day + timedelta(days=1),
        quarters=quarters,
        hours=hours,
        sums={kind: sum(counts[kind] for counts in quarters.values()) for kind in COUNTED},
        bars=_bars(quarters, begins),
        most=max((counts["passed"] for counts in quarters.values()), default=0),
        hand_overs=over,
    )


def kinds() -> dict[str, Text]:
    """The kinds of checkpoints by their titles."""
    return {entry.value: entry.title for entry in LAYER.legend}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the picture: its place from the left and its height, in hundredths of the whole."""

    x: float
    height: float


def _bars(quarters: Mapping[datetime, Mapping[str, int]], begins: datetime) -> list[Bar]:
    most = max((counts["passed"] for counts in quarters.values()), default=0) or 1
    return [
        Bar((quarter - begins) / QUARTER, round(100 * counts["passed"] / most, 1))
        for quarter, counts in quarters.items()
    ]


def _gate(gate_id: int, problem: str = "", note: str = "") -> str:
    now = datetime.now(UTC)
    with service().database.snapshot() as session:
        row = features.row_of(session, LAYER, gate_id)
        gate = next(iter(gates_at(session, now, service().zone, gate_id)), None)
        sums = gate_sums(session, gate_id, now)
    return at_gate(gate or Gate(row, False, False, None), sums, problem, note)


def at_gate(gate: Gate | None, sums: dict[str, Any], problem: str = "", note: str = "", token: str = "") -> str:
    """The page. token: of the link of a helper, who counts and hands nothing over."""
    last, kind = request.args.get("last", ""), request.args.get("kind", "")
    return render_template(
        "gate.html",
        gate=gate,
        sums=sums,
        token=token,
        counts_to=_counts_to(gate, token),
        problem=problem,
        note=note,
        buttons=BUTTONS,
        last=(last, kind) if KEY.fullmatch(last) and kind in BUTTONS else None,
        undone=BUTTONS.get(request.args.get("undone", "")),
        done=request.args.get("done", ""),
        key=new_key(),
        hand_over_key=new_key(),
        note_longest=NOTE_LONGEST,
        script_words=_script_words(),
    )


def _counts_to(gate: Gate | None, token: str) -> str:
    """Where the buttons send without scripts."""
    if gate is None:
        return "/gates"
    if token:
        return url_for("gate_helper.press", token=token)
    return url_for("gates.press", gate_id=gate.row["id"])


def new_key() -> str:
    """What makes an impatient second press of one page the same press."""
    return secrets.token_urlsafe(18)


def _script_words() -> dict[str, str]:
    """Texts by the names under which webmap/static/gates asks for them; {…} is filled in there."""
    return {
        "waiting": _("{count} waiting on this phone: they are sent when there is signal."),
        "signIn": _("{count} waiting: sign in again, and they are sent."),
        "none": _("Everything is sent."),
        "counted": _("Counted: {name}."),
        "full": _("Not counted, because this phone cannot keep it. Note it on paper: {name}."),
        "undone": _("Taken back: {name}."),
        "too_old": _("{count} older than a day were not taken. Note them on paper: {names}."),
        "closed": _("{count} were not taken, because the gate is closed: {names}."),
        "over": _("{count} were not taken, because this link was over: {names}."),
        "other": _("{count} were not taken: {names}."),
        "sendFirst": _("Counts still wait on this phone. Hand over when they are sent."),
        "noGate": _("This phone does not know this gate yet. Open it once with signal."),
        "since": _(
            "%(passed)s passed, %(high)s temperature high, %(referred)s referred",
            passed="{passed}",
            high="{temperature_high}",
            referred="{referred}",
        ),
        "notKept": _("This browser keeps nothing: each press needs signal."),
    }


def _is_meant(gate: Gate, asked: str) -> bool:
    words = (gate.row["name"], gate.row["compound"] or "")
    return not asked or any(asked.casefold() in word.casefold() for word in words)


def _day(text: str, now: datetime) -> date:
    """The day asked for; today for what is none, or nobody can have counted on."""
    today = now.astimezone(service().zone).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if EARLIEST <= day <= today else today


def _midnight(now: datetime) -> datetime:
    return _midnight_of(now.astimezone(service().zone).date())


def _midnight_of(day: date) -> datetime:
    return datetime.combine(day, time(), service().zone)


def kept_nowhere(content: str, status: int = 200) -> Response:
    """The page has keys of its own, and counts that are for staff: no copy of it is kept."""
    response = make_response(content, status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
