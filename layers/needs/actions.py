"""What can be done to needs: report them, and take them through their states, one verb each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import shapely
from sqlalchemy import Row, bindparam, delete, select
from sqlalchemy.orm import Session

from data.bulk import insert_rows
from layers import features
from layers.actor import RESIDENT, Actor
from layers.errors import BadInput, MoveNotAllowed
from layers.needs import LAYER
from layers.needs.preparing import new_reference, secret
from layers.needs.record import IdempotencyKey, Need
from layers.needs.rules import CLOSED_FROM_OPEN, OPEN, Feature

#: Columns that a move into a state stamps with its moment.
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


#: Built once: a pin is written while others wait.
_KNOWN_KEY = select(IdempotencyKey.need_id, IdempotencyKey.body_hash).where(
    IdempotencyKey.key_hash == bindparam("key_hash_")
)


def put(session: Session, incoming: Sequence[features.Incoming], actor: Actor, at: datetime) -> features.PutResult:
    """Creates needs, or updates those whose source id is known; their states are left to moves."""
    return features.put(session, LAYER, incoming, actor, at)


def report(
    session: Session, values: Feature, lng: float, lat: float, at: datetime, key: str | None = None,
    actor: Actor = RESIDENT,
) -> Reported:  # fmt: skip
    """Takes in one need. The same `key` again (an impatient second press, a phone that lost the answer) gives the
    need it already became; the same key with another content raises BadInput.
    """
    token, key_hash = _token(session, key), _hashed(key or "")
    body = hashlib.sha256(orjson.dumps([values.model_dump(mode="json"), lng, lat])).hexdigest()
    if key is not None:
        known = session.execute(_KNOWN_KEY, {"key_hash_": key_hash}).first()
        if known is not None:
            return _repeated(session, known, body, token)
    reference = new_reference()
    columns = {"reference": reference, "token_hash": _hashed(token)}
    incoming = features.Incoming(values, shapely.Point(lng, lat), columns=columns)
    result = features.put(session, LAYER, [incoming], actor, at)
    if result.rejected:
        raise BadInput("the need cannot be taken", [{"field": "", "reason": reason} for _, reason in result.rejected])
    if key is not None:
        row = {"key_hash": key_hash, "body_hash": body, "need_id": result.ids[0], "created_at": at}
        insert_rows(session, IdempotencyKey.__table__, [row])  # type: ignore[arg-type]
    return Reported(result.ids[0], reference, token, repeated=False)


def _token(session: Session, key: str | None) -> str:
    """The private link's token, 128 bits. It follows from the phone's key and the store's secret, so that a repeat
    can give it again although only its hash is kept.
    """
    if key is None:
        return secrets.token_urlsafe(16)
    digest = hmac.new(secret(session), f"token\x1f{key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _repeated(session: Session, known: Row[int, str], body: str, token: str) -> Reported:
    if known.body_hash != body:
        raise BadInput(
            "this Idempotency-Key was used for another report", [{"field": "Idempotency-Key", "reason": "used"}]
        )
    reference = session.execute(select(Need.reference).where(Need.id == known.need_id)).scalar_one()
    return Reported(known.need_id, reference, token, repeated=True)


def forget_keys(session: Session, before: datetime) -> None:
    """Deletes idempotency keys made before a moment (they are kept for 30 days)."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))


def move(
    session: Session, need_ids: Sequence[int], to_state: str, actor: Actor, at: datetime, **details: Any
) -> list[dict[str, Any]]:
    """Takes needs to a state together; details: organization, duplicate_of, reason. Raises MoveNotAllowed, NotFound."""
    steps = [step(features.row_of(session, LAYER, need_id), to_state, at, **details) for need_id in need_ids]
    return features.move(session, LAYER, steps, actor, at)


def step(row: dict[str, Any], to_state: str, at: datetime, **details: Any) -> features.Step:
    """The step that takes the need in `row` to a state, with the columns it stamps."""
    changes: dict[str, Any] = {name: value for name, value in details.items() if value is not None}
    if to_state in STAMPS:
        changes[STAMPS[to_state]] = at
    if to_state in CLOSED_FROM_OPEN:
        changes["state_before"] = row["state"]
        if to_state == "declined" and not changes.get("reason"):
            raise BadInput(
                "declining a need takes a reason that the resident sees", [{"field": "reason", "reason": "missing"}]
            )
        if to_state == "duplicate" and not changes.get("duplicate_of"):
            raise BadInput(
                "a duplicate points to the need that is kept", [{"field": "duplicate_of", "reason": "missing"}]
            )
    elif row["state"] in CLOSED_FROM_OPEN:
        if not changes.get("reason"):
            raise BadInput("taking this back needs a reason", [{"field": "reason", "reason": "missing"}])
        changes |= {"state_before": None, "duplicate_of": None}
    if to_state == "assigned" and row["state"] == "acknowledged" and not changes.get("organization"):
        raise BadInput("assigning a need names an organization", [{"field": "organization", "reason": "missing"}])
    if to_state == "acknowledged" and row["state"] == "assigned":
        changes["organization"] = None
    if row["state"] not in (*OPEN, *CLOSED_FROM_OPEN, "met"):
        raise MoveNotAllowed(f"needs {row['id']} is {row['state']}; nothing can be done to it any more")
    return features.Step(row["id"], to_state, at, changes)
