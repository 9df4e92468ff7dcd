"""Opening hours as Chinese lists write them, in OpenStreetMap's words: (周一至周五)8:00-10:00 is Mo-Fr 08:00-10:00."""

from __future__ import annotations

import re
import unicodedata

from data.exchange.reasons import BadCell, not_opening_hours

_DAYS = dict(zip("一二三四五六日天", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "Su"), strict=True))
_OSM_LETTERS = re.compile(r"[A-Za-z0-9 :;,+\-/\[\]\"()|.]*")
_DAY = r"(?:周|星期|礼拜)?[一二三四五六日天]"
_SOME_DAYS = rf"{_DAY}(?:\s*[至到\-~—–]\s*{_DAY})?"
_WHICH_DAYS = rf"(?:每[天日]|工作日|周末|双休日|{_SOME_DAYS}(?:\s*[,、;和及]\s*{_SOME_DAYS})*)"
_TIME = r"(?:上午|下午|早上?|晚上?)?\s*\d{1,2}\s*[:时点]\s*(?:\d{2}\s*分?)?"
_SPAN = rf"{_TIME}\s*[至到\-~—–]\s*{_TIME}"
_RULE = re.compile(
    rf"\s*[(\[]?\s*(?P<days>{_WHICH_DAYS})?\s*[)\]:]?\s*(?P<spans>{_SPAN}(?:\s*[,、;和及]\s*{_SPAN})*|全天|24\s*小时)\s*[;,。]?\s*"
)
_WHOLE_DAYS = {"每天": "", "每日": "", "工作日": "Mo-Fr", "周末": "Sa-Su", "双休日": "Sa-Su"}


def read_hours(cell: object) -> str:
    """The hours in OpenStreetMap's words; text in Latin letters is taken for those already. Raises BadCell."""
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if _OSM_LETTERS.fullmatch(text):
        return text
    spans_of: dict[str, list[str]] = {}
    position = 0
    while position < len(text):
        rule = _RULE.match(text, position)
        if rule is None or rule.end() == position:
            raise BadCell(not_opening_hours(cell))
        spans_of.setdefault(_days(rule["days"] or "每天"), []).extend(_spans(rule["spans"]))
        position = rule.end()
    rules = [f"{days} {','.join(spans)}".strip() for days, spans in spans_of.items()]
    return ", ".join(rules)  # a comma adds to what was said before, a semicolon would take its place


def _days(text: str) -> str:
    if text in _WHOLE_DAYS:
        return _WHOLE_DAYS[text]
    parts = re.split(r"[,、;和及]", text)
    return ",".join("-".join(_DAYS[day[-1]] for day in re.findall(_DAY, part)) for part in parts)


def _spans(text: str) -> list[str]:
    if text == "全天" or text.startswith("24"):
        return ["00:00-24:00"]
    times = re.findall(_TIME, text)
    spans = []
    for start, end in zip(times[::2], times[1::2], strict=True):
        later = _is_later(start)
        spans.append(f"{_clock(start, later)}-{_clock(end, later or _is_later(end))}")  # 下午1:30-5:00 means 17:00
    return spans


def _is_later(time: str) -> bool:
    return "下午" in time or "晚" in time


def _clock(time: str, later: bool) -> str:
    hour, *minute = re.findall(r"\d+", time)
    return f"{int(hour) + (12 if later and int(hour) < 12 else 0):02d}:{int(minute[0]) if minute else 0:02d}"
