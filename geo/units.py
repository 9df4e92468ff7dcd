"""Where the whole units of a shared total stand: the cells of resolution 11 that hold them.

The rule is that of covers.share: of n cover cells in index order, ranks [a, b) hold floor(H b / n) - floor(H a / n).
So unit k (from 1) stands at the first rank p with floor(H (p + 1) / n) >= k, which is p = ceil(k n / H) - 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.cells import COVER, Cells, cells_of_ranges, child_count, descendants, is_pentagon, parent, resolution


def unit_cells(totals: Cells, lo: Cells, hi: Cells, rank: Cells, n: Cells) -> tuple[Cells, NDArray[np.intp]]:
    """For ranges of covers (one row each, with the total shared over the whole cover): the cell of resolution 11 of
    every unit that falls into the range, and the row it belongs to. A leaf range is a point and holds all of its total.
    """
    ranges = cells_of_ranges(lo, hi)
    fine = resolution(ranges) > COVER
    count = np.ones(len(ranges), dtype=np.int64)
    count[~fine] = child_count(ranges[~fine], COVER)
    first = totals * rank // n
    units = totals * (rank + count) // n - first
    row = np.repeat(np.arange(len(ranges)), units)
    k = np.arange(len(row)) - np.repeat(np.cumsum(units) - units, units) + first[row] + 1
    position = -(-k * n[row] // totals[row]) - 1 - rank[row]
    cells = parent(ranges[row], COVER) if not len(row) else _nth(ranges[row], position)
    return cells, row


def _nth(above: Cells, position: Cells) -> Cells:
    """The cell of resolution 11 at a position (from 0, index order) among the descendants of each cell."""
    found = np.empty(len(above), dtype=np.int64)
    res = resolution(above)
    fine = res > COVER
    found[fine] = parent(above[fine], COVER)
    odd = ~fine & is_pentagon(above) & (res < COVER)
    for at in np.flatnonzero(odd):
        found[at] = descendants(above[at : at + 1], COVER)[0][position[at]]
    plain = ~fine & ~odd
    base, left, own = above[plain], position[plain].copy(), res[plain]
    shift = 3 * (15 - COVER)
    cleared = base & ~((np.int64(1) << 3 * (15 - own)) - (np.int64(1) << shift)) & ~(np.int64(15) << 52)
    digits = np.zeros(len(base), dtype=np.int64)
    for step in range(COVER):
        digits |= (left % 7) << (shift + 3 * step)
        left //= 7
    found[plain] = cleared | digits | (np.int64(COVER) << 52)
    return found
