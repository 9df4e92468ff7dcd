"""The sea of an extract. OpenStreetMap draws no sea, only its shore: lines with the land on their left."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.coordinates import Box
from geo.shapes import only_polygons

#: How far beside a shore segment it is asked what lies there, in degrees: about 10 cm, nearer than anything drawn.
BESIDE = 1e-6
#: The share of a face's shore that must call it sea. Less than all of it, because a shore can be drawn the wrong
#: way round in places; far more than half, because a shore cut off inside the box leaves land and sea in one face.
AGREED = 0.9
#: An extract is often cut at the last point inside its box, so that a shore ends short of it. Ends this near, as a
#: share of the box's shorter side, are taken on to the edge; farther, and a shore that truly ends would be too.
REACH = 0.05


def sea(shore: list[BaseGeometry], box: Box) -> Polygon | MultiPolygon | None:
    """The sea within the box, WGS 84; None where there is no shore or the shore does not close off any sea."""
    frame = shapely.box(box.west, box.south, box.east, box.north)
    lines = shapely.get_parts(shapely.intersection(np.array(shore, dtype=object), frame))
    lines = lines[shapely.get_type_id(lines) == 1]  # lines only: a shore may touch the frame in a point
    if not len(lines):
        return None
    whole = shapely.union_all([*lines, *_to_edge(lines, frame), frame.exterior])
    faces = shapely.get_parts(shapely.polygonize([whole]))
    wet = faces[_share_of_sea(faces, lines) >= AGREED]
    return only_polygons(shapely.union_all(wet)) if len(wet) else None


def _to_edge(lines: NDArray[np.object_], frame: Polygon) -> list[BaseGeometry]:
    """The missing last pieces of shores that end just inside the frame."""
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    ends = np.asarray(shapely.points(shapely.get_coordinates(shapely.boundary(merged))), dtype=object)
    west, south, east, north = frame.bounds
    gap = shapely.distance(ends, frame.exterior)
    near = ends[(gap > 0) & (gap <= REACH * min(east - west, north - south))]
    return list(shapely.shortest_line(near, frame.exterior))


def _share_of_sea(faces: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """For each face, the part of the shore segments along it that have it on their right."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    start, step = points[:-1][same], np.diff(points, axis=0)[same]
    length = np.hypot(step[:, 0], step[:, 1])
    start, step, length = start[length > 0], step[length > 0], length[length > 0]
    right = np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None] * BESIDE
    middle = start + step / 2
    tree = shapely.STRtree(faces)
    votes = []
    for side in (middle + right, middle - right):
        _, face = tree.query(shapely.points(side), predicate="within")
        votes.append(np.bincount(face, minlength=len(faces)).astype(np.float64))
    return np.asarray(votes[0] / np.maximum(votes[0] + votes[1], 1))
