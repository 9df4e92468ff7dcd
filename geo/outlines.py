"""The outline of cells as a polygon, for drawing an area that was given as cells."""

from __future__ import annotations

from collections.abc import Sequence

import h3.api.basic_int as h3
import shapely
from shapely import MultiPolygon, Polygon


def outline_of_cells(cells: Sequence[int]) -> MultiPolygon:
    """The polygon that cells of one or several resolutions make together, WGS 84 degrees; a cell may stand twice.

    Cells of different resolutions do not fit edge to edge, so the outline is for the eye; the cells are the area.
    """
    by_resolution: dict[int, list[int]] = {}
    for cell in sorted(set(cells)):
        by_resolution.setdefault(h3.get_resolution(cell), []).append(cell)
    parts = [shapely.geometry.shape(h3.cells_to_geo(group)) for group in by_resolution.values()]
    whole = shapely.union_all(parts)
    if isinstance(whole, MultiPolygon):
        return whole
    return MultiPolygon([whole] if isinstance(whole, Polygon) else [])
