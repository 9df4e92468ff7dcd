"""Names of the areas that staff's pages list: by the compounds in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from layers import catalogue
from layers.queries import features_in_box
from webmap.language import read_catalogue
from webmap.pages.map_files import language
from webmap.remembered import remembered
from webmap.service import service
from webmap.sitrep.naming import Names
from webmap.sitrep.writing import Writing

#: Seconds the outlines serve every reader: compounds change with the years.
BELIEVED_SECONDS = 600.0

#: Compounds that lend their names at most, as in a report.
MOST = 100_000


def compounds_known() -> list[dict[str, Any]]:
    """The compounds of today, as everybody may know them."""
    return remembered("linli_compounds_known", BELIEVED_SECONDS, _compounds)


def writing() -> Writing:
    """How numbers, moments and places are said in the reader's language."""
    return Writing(language(), service().zone, read_catalogue(language()))


def named(cells: Sequence[int]) -> list[str]:
    """What each area is called, in its order, in the reader's language."""
    known, of_cell = Names(compounds_known(), writing()).of_cells(cells)
    return [known[at] for at in of_cell]


def _compounds() -> list[dict[str, Any]]:
    with service().database.read() as session:
        return features_in_box(session, catalogue.layer("compounds"), None, MOST, 0, True, datetime.now(UTC), False)
