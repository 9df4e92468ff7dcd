"""The lines of a text file: which encoding it is in, and each line with its number, in a row's memory."""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from data.exchange.reasons import Reason, Unreadable, other_encoding, too_long
from data.exchange.refusals import empty_file, unknown_encoding, unreadable_file

#: A row longer than this is not a row of a list but a broken file (a quotation mark that never closes, two files run
#: together). Larger lets bigger outlines through and costs memory; the largest real outline seen was 0.1 MB.
LONGEST_ROW_MEBIBYTES = 5
LONGEST_ROW = LONGEST_ROW_MEBIBYTES * 1024 * 1024

BLOCK = 1024 * 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16", "utf-32": "UTF-32"}


class Readable(Protocol):
    """Anything that gives bytes piece by piece."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line. `text` is None where it could not be read: then `reason` says why, `shown` how it looks."""

    number: int
    text: str | None
    reason: Reason | None = None
    shown: str = ""


def encoding_name(encoding: str) -> str:
    """The encoding as people write it."""
    return _NAMES.get(encoding, encoding)


def find_encoding(path: Path, given: str | None = None) -> str:
    """The Python name of the encoding of a text file: the one given, else by its mark, else by reading it all.

    A file that is not all UTF-8 counts line by line: written mostly in GB18030 (which holds every GBK and GB2312
    file, and files strict GBK refuses), or mostly in UTF-8 with some foreign lines. Raises Unreadable for an empty or
    a binary file and for an encoding nobody knows.
    """
    if given:
        try:
            return codecs.lookup(given).name
        except LookupError:
            raise Unreadable(unknown_encoding(given)) from None
    with path.open("rb") as file:
        head = file.read(4096)
        if not head.strip():
            raise Unreadable(empty_file(path.name))
        for mark, encoding in _BOMS:
            if head.startswith(mark):
                return encoding
        if b"\0" in head:
            raise Unreadable(unreadable_file(path.name, "it is not text / 不是文本文件"))
        file.seek(0)
        return "utf-8" if _is_all(file, "utf-8") else _by_majority(path)


def _is_all(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _by_majority(path: Path) -> str:
    utf8 = gb18030 = 0
    with path.open("rb") as file:
        for _, line in byte_lines(file, b"\n"):
            if line is None or line.isascii():
                continue
            if _reads_as(line, "utf-8"):
                utf8 += 1
            elif _reads_as(line, "gb18030"):
                gb18030 += 1
    return "gb18030" if gb18030 > utf8 else "utf-8"


def _reads_as(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def byte_lines(stream: Readable, separator: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line, None for one beyond LONGEST_ROW, which is read past without being kept."""
    number, carried, passing = 0, b"", False
    while block := stream.read(BLOCK):
        pieces = (carried + block).split(separator)
        carried = pieces.pop()
        for piece in pieces:
            number += 1
            yield number, None if passing or len(piece) > LONGEST_ROW else piece
            passing = False
        if passing or len(carried) > LONGEST_ROW:
            carried, passing = b"", True
    if passing:
        yield number + 1, None
    elif carried:
        yield number + 1, carried


class _Measured:
    """A stream that knows how many bytes of it were read: `done`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.done = 0

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(size)
        self.done += len(block)
        return block


class _Recoded(_Measured):
    """A UTF-16 or UTF-32 stream read as UTF-8, because only there a line end is one byte wherever it stands."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        super().__init__(stream)
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def read(self, size: int, /) -> bytes:
        while block := super().read(size):
            if text := self._decoder.decode(block):
                return text.encode("utf-8", "replace")
        return self._decoder.decode(b"", final=True).encode("utf-8", "replace")


def text_lines(path: Path, encoding: str) -> Generator[tuple[Line, int]]:
    """Each line with the number of bytes read so far. Line ends are \\n, \\r\\n or (old Macintosh) \\r alone."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
        file.seek(0)
        wide = encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
        stream = _Recoded(file, encoding) if wide else _Measured(file)
        separator = b"\r" if not wide and b"\n" not in head and b"\r" in head else b"\n"
        written = "utf-8" if wide else encoding
        for number, raw in byte_lines(stream, separator):
            if raw is None:
                yield Line(number, None, too_long(LONGEST_ROW_MEBIBYTES)), stream.done
                continue
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            yield _decoded(number, raw.removesuffix(b"\r"), written), stream.done


def _decoded(number: int, raw: bytes, encoding: str) -> Line:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return _foreign(number, raw, encoding)
    if encoding == "gb18030" and not raw.isascii() and _is_utf8_among_gb18030(raw):
        return Line(number, None, other_encoding("GB18030", "UTF-8"), raw.decode("utf-8"))
    return Line(number, text)


def _foreign(number: int, raw: bytes, encoding: str) -> Line:
    for other in ("utf-8", "gb18030"):
        if other != encoding and _reads_as(raw, other):
            reason = other_encoding(encoding_name(encoding), encoding_name(other))
            return Line(number, None, reason, raw.decode(other))
    return Line(number, None, other_encoding(encoding_name(encoding)), raw.decode(encoding, "replace"))


def _is_utf8_among_gb18030(raw: bytes) -> bool:
    """Whether a line of a GB18030 file is UTF-8 after all.

    Most Chinese text in UTF-8 also reads as GB18030, as nonsense. The other way round a valid sequence of three
    bytes, which every Chinese character is in UTF-8, hardly ever arises, so one such line without a fault is telling.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(character >= "\u0800" for character in text)
