"""The figures of closed months, for programs; the same as on the page."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from layers.accountability.queries import kept_month, kept_months
from layers.accountability.rules import as_kept, month_of
from layers.errors import NotFound
from webmap.access import allowed
from webmap.openapi import Parameters
from webmap.service import service

blueprint = APIBlueprint(
    "accountability_api", __name__, url_prefix="/api/v1/accountability", abp_tags=[Tag(name="accountability")]
)


class MonthQuery(Parameters):
    """Which month."""

    month: str | None = Field(
        default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="such as 2026-03; the newest closed one if absent"
    )


@blueprint.get("")
@allowed("accountability.read")
def figures(query: MonthQuery) -> Response:
    """What a closed month says of each community and service: hours, shares, ratings. Null is too few to be told.

    An empty community or service stands for all that is in no group of its own. `of` counts are steps of five,
    rounded down; a share without `percent` is "fewer than five" of so many, or with `is_most` all but these.
    """
    zone, now = service().zone, datetime.now(UTC)
    with service().database.read() as session:
        months = kept_months(session)
        name = query.month or (months[0] if months else None)
        kept = kept_month(session, name) if name else None
    if query.month and kept is None:
        raise NotFound(f"there are no figures of {query.month}; a month is told once it is over")
    content = {
        "months": months,
        "month": kept and kept.month,
        "computed_at": kept and kept.computed_at,
        "next_at": month_of(now.astimezone(zone).strftime("%Y-%m"), zone).ends,
        **(as_kept(kept.figures) if kept else {"groups": [], "vitality": []}),
    }
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, mimetype="application/json", headers={"Cache-Control": "public, max-age=300"})
