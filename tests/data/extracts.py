"""Small OpenStreetMap extracts written by hand: XML as the format's own tools write it, and the same packed as PBF."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

Tags = Mapping[str, str]
Place = tuple[float, float]


class Extract:
    """Collects nodes and ways; `write` makes an .osm file. Positions are WGS 84 longitude, latitude."""

    def __init__(self, box: tuple[float, float, float, float] | None = None) -> None:
        self.box = box
        self._lines: list[str] = []
        self._ways: list[str] = []
        self._next = 1

    def node(self, place: Place, tags: Tags | None = None) -> int:
        """A node; its id."""
        number = self._next
        self._next += 1
        lng, lat = place
        inside = "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in (tags or {}).items())
        self._lines.append(f'<node id="{number}" lat="{lat}" lon="{lng}" version="1">{inside}</node>')
        return number

    def way(self, places: Sequence[Place], tags: Tags, *, closed: bool = False) -> int:
        """A way over new nodes, back to its first one if closed; its id."""
        nodes = [self.node(place) for place in places]
        return self.way_over([*nodes, nodes[0]] if closed else nodes, tags)

    def way_over(self, nodes: Sequence[int], tags: Tags) -> int:
        """A way over nodes there are; its id. Ways meet where they share one."""
        number = self._next
        self._next += 1
        inside = "".join(f'<nd ref="{node}"/>' for node in nodes)
        inside += "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
        self._ways.append(f'<way id="{number}" version="1">{inside}</way>')
        return number

    def area(self, west: float, south: float, size: float, tags: Tags) -> int:
        """A square area; its id."""
        east, north = west + size, south + size
        return self.way([(west, south), (east, south), (east, north), (west, north)], tags, closed=True)

    def text(self) -> str:
        """The extract as XML."""
        bounds = ""
        if self.box is not None:
            west, south, east, north = self.box
            bounds = f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>'
        inside = "\n".join([bounds, *self._lines, *self._ways])
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n{inside}\n</osm>\n'

    def write(self, path: Path) -> Path:
        """The file, written."""
        path.write_text(self.text(), encoding="utf-8")
        return path


def packed(kind: str, content: bytes) -> bytes:
    """One block of a PBF file: its header and its content, packed with zlib."""
    body = _field(3, zlib.compress(content)) + _number(2, len(content))
    header = _field(1, kind.encode()) + _number(3, len(body))
    return struct.pack(">I", len(header)) + header + body


def header_block(box: tuple[float, float, float, float]) -> bytes:
    """The first block of a PBF file, declaring a box."""
    west, south, east, north = (round(side * 1e9) for side in box)
    sides = b"".join(_number(field, side << 1 if side >= 0 else -side * 2 - 1)
                     for field, side in ((1, west), (2, east), (3, north), (4, south)))  # fmt: skip
    return packed("OSMHeader", _field(1, sides) + _field(4, b"OsmSchema-V0.6"))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content
