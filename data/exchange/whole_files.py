"""Files that appear whole or not at all: written beside their place, synced, and then put there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from data.exchange.reasons import Unreadable
from data.exchange.refusals import unwritable_file


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write what is to be at `path`; it goes there when the block ends. Raises Unreadable where it cannot."""
    part = path.with_name(f".{token_hex(6)}-{path.name}")
    try:
        try:
            yield part
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(path)
        except (OSError, RuntimeError) as error:  # GDAL's errors are RuntimeErrors
            why = getattr(error, "strerror", None) or str(error)
            raise Unreadable(unwritable_file(str(path), why)) from error
    finally:
        for left in path.parent.glob(f"{part.name}*"):
            left.unlink(missing_ok=True)
