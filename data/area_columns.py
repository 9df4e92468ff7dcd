"""Which column of a file of areas is which, and what its codes say. Pure: no store, no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.areas.record import LEVELS
from data.exchange.fields import WKT, Columns, choose_columns
from data.exchange.reasons import Unreadable
from data.exchange.refusals import no_column_for
from data.exchange.specs import FieldSpec

#: What files call each level, in column names. The first is also the English title.
LEVEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "province": ("province", "prov", "state", "省", "省份"),
    "city": ("city", "prefecture", "市", "城市", "地市"),
    "district": ("district", "county", "区县", "县区", "区", "县", "area"),
    "subdistrict": ("subdistrict", "street", "town", "township", "街道", "镇街", "乡镇", "乡镇街道", "街镇"),
    "community": ("community", "village", "neighbourhood", "neighborhood", "社区", "村", "村社", "社区村"),
    "duty": ("duty_area", "duty", "grid", "责任区", "网格", "片区"),
}

#: Digits of a Chinese division code at each level (GB/T 2260 and the statistical codes that go on from it).
CODE_DIGITS: Mapping[str, int] = {"province": 2, "city": 4, "district": 6, "subdistrict": 9, "community": 12}
#: The first two digits of such codes: the provinces.
PROVINCES = frozenset(map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
                                *range(61, 66), 71, 81, 82)))  # fmt: skip


def specs_of(level: str) -> tuple[FieldSpec, ...]:
    """The fields of an area of this level, with the column names files give them."""
    words = LEVEL_WORDS[level]
    above = LEVEL_WORDS.get(LEVELS[LEVELS.index(level) - 1], ()) if level not in ("province", "duty") else ()
    return (
        FieldSpec("name", "text", "name", "名称", required=True,
                  aliases=(*_named(words, "name", "名称"), *words, "name_zh", "全称", "区划名称", "行政区划名称")),
        FieldSpec("code", "text", "code", "代码",
                  aliases=(*_named(words, "adcode", "code", "pcode", "id", "代码", "编码"), "adcode", "pcode",
                           "gbcode", "ocha_pcode", "geoid", "编码", "编号", "区划代码", "行政区划代码",
                           "统计用区划代码")),
        FieldSpec("name_en", "text", "English name", "英文名称",
                  aliases=("name_en", "name:en", "english", "english_name", "英文名", "拼音")),
        FieldSpec("aliases", "texts", "other names", "别名",
                  aliases=("alias", "short_name", "alt_name", "简称", "曾用名")),
        FieldSpec("parent", "text", "area above", "上级",
                  aliases=("parent_code", "上级代码", *_named(above, "adcode", "code", "pcode", "代码", "编码"),
                           *_named(above, "name", "名称"), *above)),
    )  # fmt: skip


def _named(words: Sequence[str], *what: str) -> tuple[str, ...]:
    return tuple(f"{word}_{one}" for one in what for word in words)


def columns_of(columns: Sequence[str], level: str, given: Mapping[str, str], tags: Mapping[str, str]) -> Columns:
    """The column of each field; raises Unreadable where none gives the name."""
    specs = specs_of(level)
    chosen = choose_columns(columns, (*specs, WKT), given, tags)
    if "name" not in chosen.of:
        raise Unreadable(no_column_for({"name": specs[0].titles}, columns))
    return chosen


def code_of(code: str, level: str) -> str:
    """The code in its shortest form: files write 330100 or 3301 for the same city, and 33 for 330000000000."""
    digits = CODE_DIGITS.get(level)
    if digits is None or not _is_division_code(code) or len(code) <= digits or code[digits:].strip("0"):
        return code
    return code[:digits]


def parent_of(code: str, level: str) -> str:
    """The code of the area above that a division code begins with; "" where it says nothing."""
    digits = CODE_DIGITS.get(level)
    if digits is None or level == "province" or not _is_division_code(code) or len(code) != digits:
        return ""
    return code[: CODE_DIGITS[LEVELS[LEVELS.index(level) - 1]]]


def made_code(level: str, name: str, parent: str) -> str:
    """The code of an area that has none: the same for the same name under the same parent."""
    return f"{level}:{parent}/{name}" if parent else f"{level}:{name}"


def _is_division_code(code: str) -> bool:
    return code.isascii() and code.isdigit() and code[:2] in PROVINCES
