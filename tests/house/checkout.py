"""What belongs to the checkout: the files written by hand, not what setup, tools or a store leave beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("geo", "data", "layers", "webmap")

_MADE = re.compile(
    r"(^|/)(\.(?!ci/|editorconfig|gitignore|npmrc)[^/]*|__pycache__|node_modules|instance|vendor|[^/]*\.egg-info)(/|$)"
)


def files(pattern: str) -> Iterator[Path]:
    """Files of the checkout whose path from its root matches the pattern, such as `docs/**/*.md`."""
    for path in sorted(ROOT.glob(pattern)):
        if path.is_file() and not _MADE.search(path.relative_to(ROOT).as_posix()):
            yield path


def name_of(path: Path) -> str:
    """The path from the root of the checkout, with slashes."""
    return path.relative_to(ROOT).as_posix()
