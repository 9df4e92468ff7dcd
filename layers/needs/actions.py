"""What can be done to needs: report them, and take them through their states, one verb each."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import shapely
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import areas
from data.bulk import insert_rows
from data.driver import Question, ask, asked_ahead, first_at_or_after, mark_of, together
from data.keeping import HOUSEHOLD_KEY, household_key, question_for
from layers import features
from layers.actor import RESIDENT, Actor
from layers.errors import BadInput, MoveNotAllowed
from layers.link_tokens import hash_of, new_token
from layers.needs import LAYER
from layers.needs.lapses import lapse
from layers.needs.preparing import new_reference
from layers.needs.record import IdempotencyKey, Need
from layers.needs.rules import CLOSED_FROM_OPEN, UNCLAIMED, Feature, may_move

#: Columns that a step forward stamps with its moment.
STAMPS = {"acknowledged": "acknowledged_at", "assigned": "assigned_at", "met": "met_at", "confirmed": "confirmed_at"}


@dataclass(frozen=True)
class Reported:
    """A need as it was taken in: its number, the reference to say on the phone, the token of the private link.

    The token is given once, when the need is made; the store keeps only its hash. A repeat of the same report has
    the same token, because the token follows from the key the phone made.
    """

    need_id: int
    reference: str
    token: str
    repeated: bool


@dataclass(frozen=True)
class Report:
    """A need as somebody sent it: at a place in WGS 84 degrees, at a moment, under the key their phone made if any."""

    values: Feature
    lng: float
    lat: float
    at: datetime
    key: str | None = None


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates needs, or updates those whose source id is known; their states are left to moves."""
    return features.put(session, LAYER, incoming, actor, at)


def report(
    session: Session, values: Feature, lng: float, lat: float, at: datetime, key: str | None = None,
    actor: Actor = RESIDENT,
) -> Reported:  # fmt: skip
    """Takes in one need. The same `key` again (an impatient second press, a phone that lost the answer) gives the
    need it already became; the same key with another content raises BadInput. Sent twice at once, one of the two can
    meet the other's key half way: run it with `Database.written`.
    """
    return report_all(session, [Report(values, lng, lat, at, key)], actor)[0]


def report_all(session: Session, reports: Sequence[Report], actor: Actor = RESIDENT) -> list[Reported]:
    """Takes in needs as `report` does each, in their order, all or none: raises what the first at fault would."""
    keys = [hash_of(one.key) if one.key is not None else None for one in reports]
    near_keys = _question_for_keys(session, keys)
    facts = (question_for(session, HOUSEHOLD_KEY), question_for(session, areas.VERSION_KEY))
    ids = features.question_for_ids(session, LAYER, len(reports))
    with asked_ahead(session, [near_keys, *facts, ids]), together(session):
        secret = household_key(session)
        bodies = [_body_hash(one) for one in reports]
        tokens = [_token(secret, one.key) for one in reports]
        known = {key: (need_id, body) for key, need_id, body in ask(session, near_keys)}
        new = [at for at, key in enumerate(keys) if key not in known]
        made = _made(session, [reports[at] for at in new], [tokens[at] for at in new], actor)
        kept = [
            {"key_hash": keys[at], "body_hash": bodies[at], "need_id": one.need_id, "created_at": reports[at].at}
            for at, one in zip(new, made, strict=True)
            if keys[at] is not None
        ]
        insert_rows(session, IdempotencyKey.__table__, kept)  # type: ignore[arg-type]
    found = dict(zip(new, made, strict=True))
    return [
        found[at] if at in found else _repeated(session, known[keys[at]], bodies[at], tokens[at])
        for at in range(len(reports))
    ]


def _question_for_keys(session: Session, keys: Sequence[str | None]) -> Question:
    """How the store is asked for the first known key at or after each of some keys (where there is none, the first of
    all), with the number of the need that it became and the hash of what was sent.
    """
    mark = mark_of(session.connection())
    near = first_at_or_after("key_hash, need_id, body_hash", IdempotencyKey.__tablename__, "key_hash", mark)
    one = f"SELECT * FROM ({near}) AS found"  # noqa: S608
    return " UNION ALL ".join([one] * len(keys)), tuple(key or "" for key in keys)


def _made(session: Session, reports: Sequence[Report], tokens: Sequence[str], actor: Actor) -> list[Reported]:
    """New needs, with the references and tokens they got."""
    if not reports:
        return []
    references = [new_reference() for _ in reports]
    incoming = []
    for one, reference, token in zip(reports, references, tokens, strict=True):
        columns = {
            "reference": reference,
            "token_hash": hash_of(token),
            "reported_at": one.values.reported_at or one.at,
        }
        incoming.append(features.Incoming(one.values, shapely.Point(one.lng, one.lat), columns=columns))
    result = features.put(session, LAYER, incoming, actor, max(one.at for one in reports))
    if result.rejected:
        raise BadInput("the need cannot be taken", [{"field": "", "reason": reason} for _, reason in result.rejected])
    return [
        Reported(need_id, reference, token, repeated=False)
        for need_id, reference, token in zip(result.ids, references, tokens, strict=True)
    ]


def _body_hash(one: Report) -> str:
    return hashlib.sha256(orjson.dumps([one.values.model_dump(mode="json"), one.lng, one.lat])).hexdigest()


def _token(secret: bytes, key: str | None) -> str:
    """The private link's token, 128 bits. It follows from the phone's key and the store's secret, so that a repeat
    can give it again although only its hash is kept.
    """
    if key is None:
        return new_token()
    digest = hmac.new(secret, f"token\x1f{key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _repeated(session: Session, known: tuple[int, str], body: str, token: str) -> Reported:
    need_id, known_body = known
    if known_body != body:
        raise BadInput(
            "this Idempotency-Key was used for another report", [{"field": "Idempotency-Key", "reason": "used"}]
        )
    reference = session.execute(select(Need.reference).where(Need.id == need_id)).scalar_one()
    return Reported(need_id, reference, token, repeated=True)


#: How long a phone may take to send a report again and still get the need it became.
KEYS_KEPT = timedelta(days=30)


def forget_keys(session: Session, before: datetime) -> None:
    """Deletes idempotency keys made before a moment."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))


def move(
    session: Session, need_ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes needs to a state together, all or none; for the details see `step`. A claim that has ended ends first.

    Raises MoveNotAllowed, NotFound, and BadInput where a detail is missing that the move takes.
    """
    rows = lapse(session, features.locked(session, LAYER, need_ids), at)
    if to_state == "duplicate":
        _check_kept(session, need_ids, details.get("duplicate_of"))
    is_resident = actor.role == RESIDENT.role
    steps = [step(row, to_state, at, is_resident=is_resident, **details) for row in rows.values()]
    return features.move(session, LAYER, steps, actor, at)


@dataclass(frozen=True)
class MovedEach:
    """What became of several needs: rows of those moved; of the others, by id, the row as it stands now."""

    moved: list[dict[str, Any]]
    stayed: dict[int, dict[str, Any]]


def step(
    row: Mapping[str, Any], to_state: str, at: datetime, *, organization: str | None = None,
    duplicate_of: int | None = None, reason: str | None = None, taken_by: str | None = None,
    claim_until: datetime | None = None, is_resident: bool = False,
) -> features.Step:  # fmt: skip
    """The step that takes the need in `row` to a state, with the columns it sets.

    organization, and if wanted taken_by and claim_until, when it is assigned (a claim without end does not lapse);
    duplicate_of, the need kept; reason, for declining and for taking something back. is_resident: who asked for help
    says so themselves.
    """
    state = row["state"]
    if not may_move(state, to_state, row["state_before"]):
        raise MoveNotAllowed(f"needs {row['id']} is {state}; from there it cannot become {to_state}")
    changes: dict[str, Any] = {"reason": reason} if reason else {}
    if to_state in CLOSED_FROM_OPEN:
        changes |= _closing(state, to_state, duplicate_of, reason)
    elif state in CLOSED_FROM_OPEN:
        if not reason:
            raise _missing("reason", "taking this back needs a reason")
        changes |= {"state_before": None, "duplicate_of": None}
    elif to_state == "assigned" and state != "met":
        if not organization:
            raise _missing("organization", "assigning a need names an organization")
        changes |= {"organization": organization, "taken_by": taken_by, "claim_until": claim_until, "assigned_at": at}
        changes |= {"claim_extended": False, "reason": reason}
    else:
        changes |= _stamped(row, to_state, at, is_resident)
    return features.Step(row["id"], to_state, at, changes, reason)


def _closing(state: str, to_state: str, duplicate_of: int | None, reason: str | None) -> dict[str, Any]:
    if to_state == "declined" and not reason:
        raise _missing("reason", "declining a need takes a reason that the resident sees")
    if to_state == "duplicate" and not duplicate_of:
        raise _missing("duplicate_of", "a duplicate points to the need that is kept")
    kept = duplicate_of if to_state == "duplicate" else None
    return {"state_before": state, "duplicate_of": kept, "claim_until": None, "taken_by": None}


def _stamped(row: Mapping[str, Any], to_state: str, at: datetime, is_resident: bool) -> dict[str, Any]:
    """The moment a state was reached, kept from the first acknowledgement on; a step back takes back what it undoes.

    Staff who take back their own "met" are not a resident who says that no help came.
    """
    if (row["state"], to_state) == ("assigned", "acknowledged"):
        return dict(UNCLAIMED)
    if (row["state"], to_state) == ("met", "assigned"):
        return {"met_at": None, "taken_by": None, "reopened": row["reopened"] + is_resident}
    return {STAMPS[to_state]: at, **({"claim_until": None} if to_state == "met" else {})}


def _check_kept(session: Session, need_ids: Sequence[int], kept: int | None) -> None:
    """Raises BadInput unless `kept` is another need, and one that stands for itself."""
    if kept is None:
        return
    state = session.execute(select(Need.state).where(Need.id == kept)).scalar()
    if kept in need_ids or state is None or state == "duplicate":
        reason = f"there is no need {kept} that could be kept in its place"
        raise BadInput(reason, [{"field": "duplicate_of", "reason": reason}])


def _missing(field: str, reason: str) -> BadInput:
    return BadInput(reason, [{"field": field, "reason": "missing"}])
