"""geo beside h3ronpy: points to cells, covers of compounds, parents beside h3-py."""

from __future__ import annotations

from collections.abc import Iterator

import h3.api.basic_int as h3
import numpy as np
import shapely
from arro3.core import Array
from h3ronpy import ContainmentMode
from h3ronpy.vector import coordinates_to_cells, wkb_to_cells

from benchmarks import town
from benchmarks.measuring import paired, write_table
from geo import cells, covers

POINTS, COMPOUNDS = 1_000_000, 20_000


def measure() -> Iterator[str]:
    """The table of geo's speeds."""
    lngs, lats = town.places(POINTS, 1)
    rng = np.random.default_rng(3)
    side = 0.001 + 0.003 * rng.random(COMPOUNDS)
    west, south = lngs[:COMPOUNDS], lats[:COMPOUNDS]
    compounds = shapely.box(west, south, west + side, south + side * 0.8)
    ours, theirs = paired(
        [
            lambda: cells.leaves_of(lngs, lats),
            lambda: coordinates_to_cells(Array.from_numpy(lats), Array.from_numpy(lngs), cells.LEAF),
        ]
    )
    made, plain = paired(
        [
            lambda: covers.covers(compounds),
            lambda: wkb_to_cells(shapely.to_wkb(compounds), cells.COVER, ContainmentMode.Covers),
        ],
        count=3,
    )
    leaves = cells.leaves_of(lngs, lats)
    some = leaves[:100_000].tolist()
    parents, slow = paired([lambda: cells.parent(leaves, 9), lambda: [h3.cell_to_parent(cell, 9) for cell in some]])
    empty = sum(one.n == 0 for one in covers.covers(compounds))
    lines: list[str] = ["## Points and compounds to cells", ""]
    write_table(
        lines,
        ("job", "ours", "beside it", "ratio", "promised"),
        [
            (f"{POINTS:,} points to leaves", f"{POINTS / ours / 1e6:.2f} M/s",
             f"h3ronpy {POINTS / theirs / 1e6:.2f} M/s",
             f"{theirs / ours:.2f} × its rate", "at least 0.9"),
            (f"{COMPOUNDS:,} compounds to covers ({empty} without a cell)", f"{made:.2f} s", f"h3ronpy {plain:.2f} s",
             f"{made / plain:.2f} × its time", "at most 1.2"),
            ("parents", f"{POINTS / parents / 1e6:.0f} M/s", f"h3-py {len(some) / slow / 1e6:.1f} M/s",
             f"{(POINTS / parents) / (len(some) / slow):.0f} × its rate", "at least 50"),
        ],
    )  # fmt: skip
    yield from lines
