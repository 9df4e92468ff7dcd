"""What a plan must keep to beside its number of volunteers: where they start, what stays, what is left out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.cells import COVER, Cells, from_hex, resolution, to_hex
from geo.coordinates import check_lng_lat
from layers.errors import BadInput

#: How far volunteers walk from where they start to their post: a third of an hour with what they carry.
START_MINUTES = 20

#: A need that weighs so many points or more is one of high consequence, and its cell is fragile: with the first
#: weights an urgent need, one for medicine, and care for an elder that has waited two days.
FRAGILE_POINTS = 2.0

#: What a second post within reach of a fragile cell is worth beside the first one. At 1 both ends of the town would
#: wait for one; at 0 nothing would be given for it.
BACKUP_SHARE = 0.5

#: Starting places, and cells that are locked, taken out or left out; more is no wish of a person.
MOST_STARTS = 20
MOST_NAMED = 5_000


@dataclass(frozen=True, slots=True)
class Terms:
    """starts: longitudes and latitudes where volunteers can start, posts lie within START_MINUTES on foot of one; none:
    anywhere. backup: whether a second post within reach of fragile cells counts too. floor: the percent of what each
    community asks for that comes within reach at least, 0 for anything at all of it, None for no floor.

    Cells: at `locked` ones (resolution 11) a post stays; at and around `barred` ones there is none; what is asked
    for in `excluded` ones (any resolution up to 11) does not count. without_claimed: nor does what others have claimed.
    """

    starts: tuple[tuple[float, float], ...] = ()
    backup: bool = False
    floor: int | None = None
    locked: tuple[int, ...] = ()
    barred: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    without_claimed: bool = False

    @property
    def is_soft(self) -> bool:
        """Whether something else is weighed beside the points within reach."""
        return self.backup or self.floor is not None


#: No terms at all.
ANY = Terms()


def check_terms(terms: Terms, volunteers: int) -> None:
    """Raises BadInput that says which of the terms makes no sense; BadCoordinates for a start off the earth."""
    for lng, lat in terms.starts:
        check_lng_lat(lng, lat)
    if len(terms.starts) > MOST_STARTS:
        _refuse("start", f"a plan takes at most {MOST_STARTS} starting places; there were {len(terms.starts)}")
    if terms.floor is not None and not 0 <= terms.floor <= 100:
        _refuse("floor", f"the floor of a community is 0 to 100 percent; it was {terms.floor}")
    if len(set(terms.locked)) > volunteers:
        _refuse("locked", f"{len(set(terms.locked))} posts are locked for {volunteers} volunteers: unlock some")
    if len(terms.barred) + len(terms.excluded) > MOST_NAMED:
        _refuse("excluded", f"at most {MOST_NAMED:,} places are left out of one plan")
    fine = _cells(terms.locked + terms.barred)
    if len(fine) and not (resolution(fine) == COVER).all():
        _refuse("locked", f"a post is a cell of resolution {COVER}")
    coarse = _cells(terms.excluded)
    if len(coarse) and not (resolution(coarse) <= COVER).all():
        _refuse("excluded", f"what is left out are cells of resolution {COVER} or coarser")


def as_kept(terms: Terms) -> dict[str, Any]:
    """The terms as JSON; cells by name."""
    return {
        "starts": [list(one) for one in terms.starts],
        "backup": terms.backup,
        "floor": terms.floor,
        "locked": [to_hex(cell) for cell in terms.locked],
        "barred": [to_hex(cell) for cell in terms.barred],
        "excluded": [to_hex(cell) for cell in terms.excluded],
        "without_claimed": terms.without_claimed,
    }


def terms_of(kept: Mapping[str, Any]) -> Terms:
    """The terms from JSON; what is absent is not asked for."""
    cells = {name: tuple(from_hex(one) for one in kept.get(name, ())) for name in ("locked", "barred", "excluded")}
    starts = tuple((float(lng), float(lat)) for lng, lat in kept.get("starts", ()))
    return Terms(
        starts=starts, backup=bool(kept.get("backup")), floor=kept.get("floor"),
        without_claimed=bool(kept.get("without_claimed")), **cells,
    )  # fmt: skip


def _cells(some: tuple[int, ...]) -> Cells:
    return np.array(some, dtype=np.int64)


def _refuse(name: str, reason: str) -> None:
    raise BadInput(reason, [{"field": name, "reason": reason}])
