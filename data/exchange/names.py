"""Places found by name: the same compound is written with and without its district, brackets and part labels."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

#: 上海市, 闵行区 … in front of a name; two characters at least must be left for the name itself.
_PREFIX = re.compile(r"^(?:[\u4e00-\u9fff]{2,7}?省)?(?:[\u4e00-\u9fff]{2,7}?市)?(?:[\u4e00-\u9fff]{2,5}?[区县])(?=..)")
_BRACKETED = re.compile(r"[(\[{【〔<《](?P<inside>[^)\]}】〕>》]*)[)\]}】〕>》]")
#: Words that say "a part of it", with or without brackets.
_PART = re.compile(r"(?:局部|部分楼栋|部分|散区|本部|全部|整体|全小区)$")
_KIND = re.compile(r"(?:居民小区|住宅小区|小区)$")
_PUNCTUATION = re.compile(r"[\W_]+")

#: Steps of likeness, the surest first; a name is looked for in the order of these and the first step that finds wins.
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Found(Generic[Thing]):
    """What a name led to: one thing, or none; `count` is how many it fits equally well."""

    thing: Thing | None
    count: int


@dataclass(slots=True)
class Names(Generic[Thing]):
    """Things by their names and other names. Things are compared by `key`, so that one under two names stays one."""

    _steps: list[dict[str, dict[Hashable, Thing]]] = field(
        default_factory=lambda: [defaultdict(dict) for _ in range(_STEPS)]
    )
    _cache: dict[str, Found[Thing]] = field(default_factory=dict)

    def add(self, key: Hashable, thing: Thing, names: Iterable[str | None]) -> None:
        """One thing with everything it is called."""
        for name in names:
            if name:
                for step, form in enumerate(_forms(name)):
                    if form:
                        self._steps[step][form][key] = thing

    def find(self, name: str) -> Found[Thing]:
        """The thing of this name: written the same, then without brackets, district, part labels and the word 小区."""
        known = self._cache.get(name)
        if known is None:
            known = self._cache[name] = self._look(name)
        return known

    def _look(self, name: str) -> Found[Thing]:
        for step, form in enumerate(_forms(name)):
            things = self._steps[step].get(form, {}) if form else {}
            if things:
                return Found(next(iter(things.values())) if len(things) == 1 else None, len(things))
        return Found(None, 0)


def _forms(name: str) -> Iterator[str]:
    """The name in ever looser forms, one for each step."""
    exact = _bare(name)
    yield exact
    folded = _folded(name)
    unlabelled = _bare(_PART.sub("", _BRACKETED.sub(_kept, folded).strip()))
    yield unlabelled
    outside = _PART.sub("", _BRACKETED.sub("", folded).strip())
    local = _bare(_PREFIX.sub("", outside))
    yield local
    yield _KIND.sub("", local) if len(local) > 4 else local


def _kept(bracket: re.Match[str]) -> str:
    """Brackets that say which part (一期, 东区) stay, those that say "a part of it" go."""
    return "" if _PART.fullmatch(bracket["inside"].strip()) else bracket["inside"]


@lru_cache(maxsize=65_536)
def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _bare(name: str) -> str:
    return _PUNCTUATION.sub("", _folded(name))
