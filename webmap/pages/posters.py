"""A poster for each compound: an A4 page whose code opens the form that asks for help, already placed there.

The page of one compound is for everybody: it says nothing that the map does not, and a neighbour with a printer is as
welcome as an official. The list, and all posters of a community at once, are for staff.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import segno
from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from layers.compounds.queries import Named, by_id, named
from layers.errors import NotFound
from layers.vocabulary.queries import emergency_numbers
from webmap.access import allowed
from webmap.caller import is_loopback
from webmap.service import service

blueprint = Blueprint("posters", __name__)

#: The largest number either store counts to; a larger one in an address leads nowhere.
LARGEST_ID = 2**63 - 1

#: Compounds that one search lists. More is a list nobody reads to its end; the name finds the rest.
MOST_FOUND = 100

#: Posters on one page for printing. More takes a browser long to lay out, and a printer's tray is empty sooner.
MOST_SHEETS = 100

#: Characters of a name that fit on the poster's line in the largest type.
LONG_NAME = 14


@dataclass(frozen=True, slots=True)
class Poster:
    """What is printed of one compound: its name and where it is, and the code as SVG."""

    name: str
    where: str
    code: Markup

    @property
    def is_long(self) -> bool:
        """Whether the name needs smaller type. Chinese signs are as wide as two letters."""
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in self.name) > 2 * LONG_NAME


@dataclass(frozen=True, slots=True)
class Community:
    """The compounds of one community, by name; `community` and `subdistrict` are empty where they are unknown."""

    community: str
    subdistrict: str
    compounds: Sequence[Named]

    def parts(self) -> list[tuple[int, int]]:
        """First and last, counted from 1, of the posters that are printed together."""
        count = len(self.compounds)
        return [(first, min(first + MOST_SHEETS - 1, count)) for first in range(1, count + 1, MOST_SHEETS)]


@blueprint.get("/posters")
@allowed("posters.list")
def find() -> str:
    """Communities with their posters, or the compounds whose name holds what is searched for."""
    asked = request.args.get("q", "").strip()[:200]
    compounds = _compounds()
    found = [one for one in compounds if _holds(one, asked)] if asked else []
    return render_template(
        "posters.html",
        asked=asked,
        found=found[:MOST_FOUND],
        more=len(found) - MOST_FOUND,
        communities=by_community(compounds),
        is_empty=not compounds,
    )


@blueprint.get(f"/posters/<int(max={LARGEST_ID}):compound_id>")
@allowed("posters.read")
def one(compound_id: int) -> str:
    """The poster of one compound."""
    with service().database.read() as session:
        compound = by_id(session, compound_id, datetime.now(UTC))
    if compound is None:
        raise NotFound("There is no compound of this number.")
    return _printed([compound])


@blueprint.get("/posters/print")
@allowed("posters.list")
def together() -> str:
    """The posters of a community, one sheet each: ?community=&subdistrict=, from the one counted &first= on."""
    wanted = (request.args.get("community", ""), request.args.get("subdistrict", ""))
    found = [one for one in by_community(_compounds()) if (one.community, one.subdistrict) == wanted]
    if not found:
        raise NotFound("There is no community of this name.")
    first = request.args.get("first", 1, type=int)
    return _printed(found[0].compounds[max(0, first - 1) :][:MOST_SHEETS])


def by_community(compounds: Sequence[Named]) -> list[Community]:
    """The communities by name, those without one last."""
    gathered: dict[tuple[str, str], list[Named]] = {}
    for one in compounds:
        gathered.setdefault((one.community or "", one.subdistrict or ""), []).append(one)
    return [Community(*where, gathered[where]) for where in sorted(gathered, key=lambda where: (not where[0], where))]


def _compounds() -> list[Named]:
    with service().database.read() as session:
        return named(session, datetime.now(UTC))


def _holds(one: Named, asked: str) -> bool:
    words = (one.name, *one.aliases, one.source_id or "", one.community or "")
    return any(asked.casefold() in word.casefold() for word in words)


def _printed(compounds: Sequence[Named]) -> str:
    with service().database.read() as session:
        numbers = emergency_numbers(session)
    form = urlsplit(url_for("report.form", _external=True))
    return render_template(
        "poster.html",
        posters=[_poster(one) for one in compounds],
        numbers=numbers,
        typed=f"{form.netloc}{form.path}",  # a browser adds the rest
        leads_here=is_loopback(form.hostname or ""),
    )


def _poster(one: Named) -> Poster:
    # A source's own id outlives the store: a list loaded anew may count differently.
    address = url_for("report.form", compound=one.source_id or one.id, _external=True)
    where = " ".join(part for part in (one.subdistrict, one.community) if part)
    return Poster(one.name, where, code_of(address))


def code_of(address: str) -> Markup:
    """The QR code of an address as SVG that fills its place. Level M: a seventh may be torn or dirty; a higher level
    makes the squares smaller, and it is their size that a phone needs to scan from two metres.
    """
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True, svgclass="code", lineclass=None))  # noqa: S704 - a drawing
