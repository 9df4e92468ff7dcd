"""Why a row was not taken: one sentence a clerk understands, in both languages (for whole files see refusals)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Cells are quoted in a reason up to this many characters; longer ones are cut, so that a line stays a line.
QUOTED_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """The same sentence in English and simplified Chinese."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """The sentence in `language` (any tag that begins with zh is Chinese, everything else English)."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not taken: its line in the file, why, and its cells as they stood, for the clerk to mend."""

    line: int
    reason: Reason
    cells: Mapping[str, object] = field(default_factory=dict)


class Unreadable(Exception):
    """The file as a whole cannot be taken; nothing has been changed. `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.en)
        self.reason = reason


class SourceFailed(Exception):
    """A file that was opened well cannot be read to its end."""


class BadCell(ValueError):
    """One cell that cannot be read as what its field needs."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.en)
        self.reason = reason


def quoted(cell: object) -> str:
    """The cell as it is named in a sentence: on one line and not longer than a line."""
    text = " ".join(str(cell).split())
    return text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"


def listed(words: Iterable[object], most: int = 12) -> str:
    """Words one after another, the rest counted."""
    every = [str(word) for word in words]
    more = f", … (+{len(every) - most})" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def about(field_title: tuple[str, str], column: str, reason: Reason) -> Reason:
    """The reason with the field it is about in front: `households (column 户数): …`."""
    en, zh = field_title
    return Reason(f"{en} (column {column}): {reason.en}", f"{zh}（列 {column}）：{reason.zh}")


def required_missing() -> Reason:
    return Reason("is empty, and it is needed", "为空，此项必填")


def not_a_number(cell: object) -> Reason:
    return Reason(f"“{quoted(cell)}” is not a number", f"“{quoted(cell)}”不是数字")


def not_whole(cell: object) -> Reason:
    return Reason(f"“{quoted(cell)}” is not a whole number", f"“{quoted(cell)}”不是整数")


def not_finite(axis: tuple[str, str], cell: object) -> Reason:
    return Reason(f"{axis[0]} is “{quoted(cell)}”, not a usable number", f"{axis[1]}为“{quoted(cell)}”，无法使用")


def not_a_moment(cell: object) -> Reason:
    return Reason(
        f"“{quoted(cell)}” is not a date or time; write 2022-04-19 or 2022-04-19 08:30",
        f"“{quoted(cell)}”不是日期或时间；请写成 2022-04-19 或 2022-04-19 08:30",
    )


def ambiguous_date(cell: object) -> Reason:
    return Reason(
        f"“{quoted(cell)}” may be day/month or month/day; write it as 2022-04-19",
        f"“{quoted(cell)}”分不清日与月的先后；请写成 2022-04-19",
    )


def not_a_choice(cell: object, field_name: str, choices: Iterable[str]) -> Reason:
    allowed = listed(choices)
    return Reason(
        f"“{quoted(cell)}” is none of {allowed}; map it with --value '{field_name}:{quoted(cell)}=…'",
        f"“{quoted(cell)}”不在可选值之内（{allowed}）；可用 --value '{field_name}:{quoted(cell)}=…' 对应",
    )


def not_yes_or_no(cell: object) -> Reason:
    return Reason(f"“{quoted(cell)}” is neither yes nor no", f"“{quoted(cell)}”既不是“是”也不是“否”")


def not_structured(cell: object) -> Reason:
    return Reason(f"“{quoted(cell)}” is not a list in JSON", f"“{quoted(cell)}”不是 JSON 列表")


def no_place() -> Reason:
    return Reason("no place: the coordinates are empty", "没有位置：坐标为空")


def broken_geometry() -> Reason:
    return Reason("the shape cannot be read", "图形无法读取")


def not_a_shape(cell: object) -> Reason:
    return Reason(f"“{quoted(cell)}” is not a shape in WKT", f"“{quoted(cell)}”不是 WKT 图形")


def latitude_out_of_range(latitude: float, longitude: float) -> Reason:
    swapped = abs(longitude) <= 90 and abs(latitude) <= 180
    return Reason(
        f"latitude {latitude:g} is not between -90 and 90"
        + ("; latitude and longitude may be swapped" if swapped else ""),
        f"纬度 {latitude:g} 不在 -90 到 90 之间" + ("；经度和纬度可能颠倒了" if swapped else ""),
    )


def longitude_out_of_range(longitude: float) -> Reason:
    return Reason(f"longitude {longitude:g} is not between -180 and 180", f"经度 {longitude:g} 不在 -180 到 180 之间")


def outline_needed(found: str) -> Reason:
    return Reason(f"this is a {found}, and an outline (polygon) is needed", f"这是 {found}，需要的是面（多边形）")


def point_needed(found: str) -> Reason:
    return Reason(f"this is a {found}, and a point is needed", f"这是 {found}，需要的是点")


def nothing_left_of_shape() -> Reason:
    return Reason("the outline has no area, even after repair", "图形修复后仍没有面积")


def name_not_found(name: object, among: str) -> Reason:
    return Reason(f"“{quoted(name)}” is not among the {among}", f"在 {among} 中找不到“{quoted(name)}”")


def name_ambiguous(name: object, count: int, among: str) -> Reason:
    return Reason(
        f"“{quoted(name)}” fits {count} of the {among}; name one of them exactly",
        f"“{quoted(name)}”与 {among} 中的 {count} 个相符，请写明其中一个",
    )


def repeated_source_id(source_id: object, first_line: int) -> Reason:
    return Reason(
        f"the id “{quoted(source_id)}” stands already in line {first_line} of this file",
        f"编号“{quoted(source_id)}”在本文件第 {first_line} 行已出现",
    )


def too_many_cells(found: int, expected: int) -> Reason:
    return Reason(
        f"{found} cells, but the file has {expected} columns: perhaps a comma without quotation marks",
        f"有 {found} 格，而文件只有 {expected} 列：可能有未加引号的分隔符",
    )


def open_quotation() -> Reason:
    return Reason("a quotation mark opens here and is never closed", "此处的引号没有结束")


def too_long(mebibytes: int) -> Reason:
    return Reason(f"the row is longer than {mebibytes} MB", f"此行超过 {mebibytes} MB")


def other_encoding(encoding: str, likely: str = "") -> Reason:
    return Reason(
        f"the line cannot be read as {encoding}" + (f"; it looks like {likely}" if likely else ""),
        f"此行无法按 {encoding} 读取" + (f"，看起来是 {likely}" if likely else ""),
    )


def outside_projection() -> Reason:
    return Reason("the place lies outside what the file's coordinate system covers", "位置超出文件坐标系的范围")


def too_small(limit: object) -> Reason:
    return Reason(f"must be {limit} or more", f"不能小于 {limit}")


def too_large(limit: object) -> Reason:
    return Reason(f"must be {limit} or less", f"不能大于 {limit}")


def too_many_letters(limit: object) -> Reason:
    return Reason(f"is longer than {limit} characters", f"超过 {limit} 个字符")


def interval_reversed() -> Reason:
    return Reason("the interval ends before it starts", "结束时间不晚于开始时间")


def against_a_rule(rule: str) -> Reason:
    return Reason(rule, f"不符合要求：{rule}")


def not_opening_hours(cell: object) -> Reason:
    return Reason(
        f"the hours “{quoted(cell)}” are not understood; write them like Mo-Fr 06:00-22:00",
        f"看不懂开放时间“{quoted(cell)}”；请写成 Mo-Fr 06:00-22:00（周一至周五）",
    )
