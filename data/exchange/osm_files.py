"""What an OpenStreetMap extract really is: PBF or XML by its content, whole or cut short, its declared box.

GDAL stops reading a damaged extract without a word when it streams, so a file is read to its end beforehand:
PBF by its blocks and their checksums, XML by its well-formedness (wiki.openstreetmap.org/wiki/PBF_Format).
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal
from xml.parsers import expat

from data.exchange.reasons import Reason, Unreadable
from geo.coordinates import BadCoordinates, Box

#: Upper limits the format sets itself; a larger number means the file is something else or damaged.
LARGEST_HEADER = 64 * 1024
LARGEST_BLOCK = 32 * 1024 * 1024

NANODEGREES = 1e-9
_XML_BOUNDS = re.compile(rb"<bounds\b([^>]*)>")
_XML_NUMBER = re.compile(rb"\b(minlon|minlat|maxlon|maxlat)\s*=\s*[\"']([-+.\deE]+)[\"']")


@dataclass(frozen=True, slots=True)
class Extract:
    """A checked extract. `box` is the box it declares, WGS 84; None if it declares none."""

    path: Path
    kind: Literal["pbf", "xml"]
    box: Box | None


def examine(path: Path) -> Extract:
    """The extract at `path`, read to its end once. Raises Unreadable with what is wrong."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            file.seek(0)
            if b"OSMHeader" in head[:64]:
                return Extract(path, "pbf", _check_pbf(file, path.stat().st_size))
            if re.search(rb"<osm\b", head):
                return Extract(path, "xml", _check_xml(file, head))
    except OSError as error:
        why = error.strerror or str(error)
        raise Unreadable(Reason(f"cannot read {path.name}: {why}", f"无法读取 {path.name}：{why}")) from error
    en, zh = _instead(head)
    zh = f"{path.name} 不是 OpenStreetMap 数据：{zh}"
    raise Unreadable(Reason(f"{path.name} is not an OpenStreetMap extract: {en}", zh))


def _instead(head: bytes) -> tuple[str, str]:
    """What the file seems to be, in both languages."""
    if not head:
        return "it is empty", "文件是空的"
    packed = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"PK\x03\x04": "zip"}
    for start, name in packed.items():
        if head.startswith(start):
            return f"it is packed with {name}, unpack it first", f"它是 {name} 压缩文件，请先解压"
    if b"<osmChange" in head:
        return "it is a change file", "它是变更文件（osmChange）"
    return "it is neither .osm.pbf nor .osm inside", "内容既不是 .osm.pbf 也不是 .osm"


def _damaged(where: str) -> Unreadable:
    zh = f"数据不完整或已损坏（{where}）"
    return Unreadable(Reason(f"the extract is cut short or damaged ({where})", zh))


def _check_xml(file: BinaryIO, head: bytes) -> Box | None:
    parser = expat.ParserCreate()
    try:
        parser.ParseFile(file)
    except expat.ExpatError as error:
        raise _damaged(str(error)) from error
    found = _XML_BOUNDS.search(head)
    if found is None:
        return None
    number = {key.decode(): float(value) for key, value in _XML_NUMBER.findall(found.group(1))}
    if len(number) != 4:
        return None
    return _box(number["minlon"], number["minlat"], number["maxlon"], number["maxlat"])


def _check_pbf(file: BinaryIO, size: int) -> Box | None:
    """The box of the header block, after every block has been unpacked (zlib checks the sum)."""
    box = None
    while (position := file.tell()) < size:
        try:
            kind, content = _read_block(file)
        except (struct.error, zlib.error, LookupError, ValueError) as error:
            raise _damaged(f"byte {position:,}") from error
        if kind == "OSMHeader":
            box = _declared_box(content)
    return box


def _read_block(file: BinaryIO) -> tuple[str, bytes]:
    """One file block: its kind and its unpacked content. Raises one of the errors `_check_pbf` names."""
    (length,) = struct.unpack(">I", file.read(4))
    if length > LARGEST_HEADER:
        raise ValueError("header too long")
    numbers, texts = _fields(file.read(length))
    kind, blob_size = texts[1].decode(), numbers[3]
    if blob_size > LARGEST_BLOCK:
        raise ValueError("block too long")
    packed = file.read(blob_size)
    if len(packed) < blob_size:
        raise ValueError("block cut short")
    numbers, texts = _fields(packed)
    if 1 in texts:
        return kind, texts[1]
    if 3 not in texts:
        raise ValueError("packed in a way that is not read here")
    content = zlib.decompressobj().decompress(texts[3], LARGEST_BLOCK)
    if len(content) != numbers.get(2, len(content)):
        raise ValueError("block of another length than it says")
    return kind, content


def _declared_box(header: bytes) -> Box | None:
    _, texts = _fields(header)
    if 1 not in texts:
        return None
    numbers, _ = _fields(texts[1])
    west, east, north, south = (_zigzag(numbers.get(side, 0)) * NANODEGREES for side in (1, 2, 3, 4))
    return _box(west, south, east, north)


def _box(west: float, south: float, east: float, north: float) -> Box | None:
    """The box, or none where an exporter left nonsense in its header: the features decide then."""
    try:
        return Box(west, south, east, north)
    except BadCoordinates:
        return None


def _fields(message: bytes) -> tuple[dict[int, int], dict[int, bytes]]:
    """A protocol buffer message's fields by number: integers and byte strings, no others are needed."""
    numbers: dict[int, int] = {}
    texts: dict[int, bytes] = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            numbers[field], at = _varint(message, at)
        elif wire == 2:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("field cut short")
            texts[field] = message[at : at + length]
            at += length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError("not a protocol buffer")
    return numbers, texts


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)
