"""Makes a photo anew from what a stranger sent: only its pixels are taken over, so nothing else can come along.

Place, time and device (EXIF), comments, thumbnails, colour profiles, and whatever was hung on behind the picture stay
outside. What is not a JPEG, PNG or WebP picture is not even looked into.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from layers.errors import LinliError
from layers.needs.additions import Photo

#: Longest side in pixels. A label can still be read; more costs a phone on a weak signal time to look at it.
LONGEST_SIDE = 1600

#: Bytes a kept photo has at most, or nearly: 300 kB are six seconds at 400 kbit/s.
MOST_BYTES = 300_000

#: Bytes taken of one photo as it is sent: a phone's largest setting makes about 12 MB.
MOST_BYTES_SENT = 12 * 1024 * 1024

#: Pixels a picture may say it has, asked before anything is unpacked. JPEG is read at a fraction of its size; the
#: others need four bytes for every pixel (25 million: 100 MB). A few kilobytes can say they are a gigapixel.
MOST_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}

#: Tried in turn until the photo is small enough.
QUALITIES = (82, 70, 55, 40)

#: What the library raises for content that is not what it says.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, Image.DecompressionBombError)

#: Names of HEIF's brands, at the fifth byte: what iPhones write where nobody asks them for JPEG.
HEIC = (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1")


class BadPhoto(LinliError):
    """A photo that cannot be taken; `why` is "heic", "too_large" or "unreadable"."""

    def __init__(self, why: str) -> None:
        super().__init__(f"a photo cannot be taken: {why}")
        self.why = why


def made_anew(content: bytes) -> Photo:
    """The photo in `content` as a small upright JPEG. Raises BadPhoto."""
    if len(content) > MOST_BYTES_SENT:
        raise BadPhoto("too_large")
    if content[4:12].startswith(HEIC):
        raise BadPhoto("heic")
    try:
        return _small(_pixels(content))
    except BROKEN as error:
        raise BadPhoto("unreadable") from error


def _pixels(content: bytes) -> Image.Image:
    """An upright picture of three colours without anything beside its pixels, at most LONGEST_SIDE."""
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as sent:
        if sent.width * sent.height > MOST_PIXELS.get(sent.format or "", 0):
            raise BadPhoto("too_large")
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: unpacked at a half, quarter or eighth
        sent.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(sent).convert("RGBA")
    clean = Image.new("RGB", upright.size, "white")
    clean.paste(upright, mask=upright)
    return clean


def _small(picture: Image.Image) -> Photo:
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= MOST_BYTES:
            break
    return Photo(picture.width, picture.height, written.getvalue())
