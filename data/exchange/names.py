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

#: 上海市闵行区 or 长宁区虹桥街道 in front of a name; two characters at least must be left for the name itself. Most
#: words with 区 are parts of a compound (小区, 二区, 东区), so those endings count only in the districts listed.
_DISTRICT = (
    r"(?P<district>[\u4e00-\u9fff]{1,4}[^一二三四五六七八九十百小社园院校期厂库新东西南北中城里内外工商住别]区|[\u4e00-\u9fff]{2,4}县"
    r"|浦东新区|滨海新区|[江渝闸河]北区|[江河]东区|河西区|[东西]城区)"
)
_PREFIX = re.compile(
    rf"^(?:[\u4e00-\u9fff]{{2,7}}?省)?(?:[\u4e00-\u9fff]{{2,7}}?市)?{_DISTRICT}(?:[\u4e00-\u9fff]{{2,6}}?(?:街道|镇|乡))?(?=..)"
)
_BRACKETED = re.compile(r"[(\[{【〔<《](?P<inside>[^)\]}】〕>》]*)[)\]}】〕>》]")
#: Words that say "a part of it", with or without brackets.
_PART = re.compile(r"(?:局部|部分楼栋|部分|散区|本部|全部|整体|全小区)$")
_KIND = re.compile(r"(?:居民小区|住宅小区|居民区|小区|社区)$")
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
    _districts: dict[Hashable, str] = field(default_factory=dict)
    _cache: dict[str, Found[Thing]] = field(default_factory=dict)

    def add(self, key: Hashable, thing: Thing, names: Iterable[str | None], address: str | None = None) -> None:
        """One thing with everything it is called, and its address, of which the district counts."""
        if district := _district(address or ""):
            self._districts[key] = district
        for name in names:
            if name:
                for step, form in enumerate(_forms(name)):
                    if form:
                        self._steps[step][form][key] = thing

    def find(self, name: str) -> Found[Thing]:
        """The thing of this name: written the same, then without part labels, brackets, district, 小区.

        A name with a district in front never leads to a thing whose address names another one.
        """
        known = self._cache.get(name)
        if known is None:
            known = self._cache[name] = self._look(name)
        return known

    def _look(self, name: str) -> Found[Thing]:
        asked = _district(name)
        for step, form in enumerate(_forms(name)):
            found = self._steps[step].get(form, {}) if form else {}
            if asked:
                found = {key: thing for key, thing in found.items() if self._districts.get(key, asked) == asked}
            if found:
                return Found(next(iter(found.values())) if len(found) == 1 else None, len(found))
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


def _district(text: str) -> str:
    found = _PREFIX.match(_folded(text))
    return found["district"] if found else ""


def _kept(bracket: re.Match[str]) -> str:
    """Brackets that say which part (一期, 东区) stay, those that say "a part of it" go."""
    return "" if _PART.fullmatch(bracket["inside"].strip()) else bracket["inside"]


@lru_cache(maxsize=65_536)
def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _bare(name: str) -> str:
    return _PUNCTUATION.sub("", _folded(name))
