"""Cells turned into values, column by column: numbers, moments, choices, lists. A bad cell says what is wrong."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from data.exchange.hours import read_hours
from data.exchange.moments import DayOrder, day_order, read_moment
from data.exchange.reasons import (
    BadCell,
    Reason,
    Unreadable,
    about,
    not_a_choice,
    not_a_number,
    not_structured,
    not_whole,
    not_yes_or_no,
)
from data.exchange.refusals import unknown_choice
from data.exchange.specs import FieldSpec
from data.exchange.spreadsheets import unguarded

#: What programs write for "nothing". In text only those that nobody means as a word.
MISSING_TEXT = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "<null>", "none", "nil"})
MISSING = MISSING_TEXT | {"-", "--", "—", "——", "/", "\\", "无", "空", "暂无", "不详", "未知", "unknown"}

#: A --value that stands for every cell no other --value names; an empty one stands for empty cells.
ANY = "*"

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_MEASURE_WORD = re.compile(r"\s*[户人名个位口家件箱份套只瓶桶袋包]$")
_LIST_SEPARATOR = re.compile(r"[;；|、,，\n]")
_YES = frozenset({"1", "true", "t", "yes", "y", "是", "有", "√"})
_NO = frozenset({"0", "false", "f", "no", "n", "否", "×", "x"})

#: Cells already read are kept per column up to this many different ones: categories and dates repeat, ids do not.
REMEMBERED_CELLS = 10_000


class ColumnReader:
    """Reads the cells of one field. Make one for a whole load: the day and month order of the first rows holds on.

    `values`: foreign words of this field and ours, as given with --value. Raises Unreadable when ours is no choice.
    `unknown` counts the words of a choice that mean nothing here.
    """

    def __init__(self, spec: FieldSpec, column: str, values: Mapping[str, str], zone: tzinfo) -> None:
        self.spec, self.column, self._zone = spec, column, zone
        self._ours = {folded(theirs): ours for theirs, ours in values.items()}
        if spec.kind == "choice":
            for ours in values.values():
                if ours and ours not in spec.choices:
                    raise Unreadable(unknown_choice(spec.name, ours, spec.choices))
        self._words = {folded(w): code for code, words in spec.choices.items() for w in (code, *words)}
        self._order: DayOrder | None = None
        self._known: dict[Any, Any] = {}
        self.unknown: Counter[str] = Counter()
        self._missing = MISSING_TEXT if spec.kind == "text" else MISSING
        self._read: Callable[[Any], Any] = {
            "text": read_text,
            "whole": read_whole,
            "number": read_number,
            "moment": self._moment,
            "choice": self._choice,
            "texts": read_texts,
            "structure": read_structure,
            "flag": read_flag,
            "hours": read_hours,
        }[spec.kind]

    def read(self, cells: Sequence[Any]) -> tuple[list[Any], dict[int, Reason]]:
        """The values, None where a cell says nothing, and by position the reason of each cell that cannot be read."""
        if self.spec.kind == "moment" and self._order is None:
            self._order = day_order(cells)
        values: list[Any] = [None] * len(cells)
        bad: dict[int, Reason] = {}
        known = self._known
        for index, cell in enumerate(cells):
            try:
                values[index] = known[cell]
                continue
            except KeyError:
                remember = len(known) < REMEMBERED_CELLS
            except TypeError:  # a list or an object from GeoJSON
                remember = False
            try:
                values[index] = value = self._value(cell)
            except BadCell as error:
                bad[index] = about(self.spec.titles, self.column, error.reason)
            else:
                if remember and not isinstance(value, (list, dict)):
                    known[cell] = value
        return values, bad

    def _value(self, cell: Any) -> Any:
        if self._ours:
            theirs = folded(cell)
            ours = self._ours.get(theirs, self._ours.get(ANY) if theirs else None)
            if ours is not None:
                return self._read(ours) if ours and self.spec.kind != "choice" else ours or None
        if cell is None or (isinstance(cell, float) and math.isnan(cell) and self.spec.kind != "number"):
            return None
        if isinstance(cell, str) and cell.strip().casefold() in self._missing:
            return None
        return self._read(cell)

    def _moment(self, cell: Any) -> datetime:
        return read_moment(cell, self._zone, self._order or "")

    def _choice(self, cell: Any) -> str:
        code = self._words.get(folded(cell))
        if code is None:
            self.unknown[str(cell).strip()] += 1
            raise BadCell(not_a_choice(cell, self.spec.name, self.spec.choices))
        return code


def folded(cell: Any) -> str:
    """A word compared without case, blanks and full-width forms."""
    return "" if cell is None else "".join(unicodedata.normalize("NFKC", str(cell)).casefold().split())


def read_text(cell: Any) -> str:
    """Text without blanks around it and without the mark our own CSV puts before what a spreadsheet would run."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    if isinstance(cell, (list, dict)):
        return json.dumps(cell, ensure_ascii=False)
    return unguarded(str(cell).strip())


def read_number(cell: Any) -> float:
    """A finite number: 1,234.5 and full-width figures too, a measure word after it (户, 人 …) is passed over."""
    if isinstance(cell, bool):
        raise BadCell(not_a_number(cell))
    if isinstance(cell, (int, float)):
        number = float(cell)
    else:
        text = _MEASURE_WORD.sub("", unicodedata.normalize("NFKC", str(cell)).strip())
        if _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        try:
            number = float(text) if "_" not in text else math.nan
        except ValueError:
            raise BadCell(not_a_number(cell)) from None
    if not math.isfinite(number):
        raise BadCell(not_a_number(cell))
    return number


def read_whole(cell: Any) -> int:
    """A whole number; 12.0 is one, 12.5 is not."""
    if type(cell) is int:
        return cell
    if isinstance(cell, str) and cell.isdecimal():
        return int(cell)
    number = read_number(cell)
    if not number.is_integer():
        raise BadCell(not_whole(cell))
    return int(number)


def read_texts(cell: Any) -> list[str]:
    """A list of text: a JSON list, or words apart by ; ； | 、 , ， or a line end."""
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        cell = read_structure(cell)
    parts = cell if isinstance(cell, (list, tuple)) else _LIST_SEPARATOR.split(str(cell))
    return [text for part in parts if part is not None and (text := read_text(part))]


def read_structure(cell: Any) -> Any:
    """What a JSON cell holds: a list or an object."""
    if isinstance(cell, (list, dict)):
        return cell
    try:
        value = json.loads(str(cell))
    except ValueError:
        raise BadCell(not_structured(cell)) from None
    if not isinstance(value, (list, dict)):
        raise BadCell(not_structured(cell))
    return value


def read_flag(cell: Any) -> bool:
    """Yes or no."""
    if isinstance(cell, bool):
        return cell
    word = folded(cell)
    if word in _YES or word in _NO:
        return word in _YES
    raise BadCell(not_yes_or_no(cell))


def constant(spec: FieldSpec, values: Mapping[str, str], zone: tzinfo) -> Any:
    """What --value says of every row (`*`) or of empty cells of a field without a column; None where it says nothing.

    Raises Unreadable for a word that the field cannot hold.
    """
    reader = ColumnReader(spec, "--value", values, zone)
    ours = values.get(ANY, values.get(""))
    if ours is None:
        return None
    [value], bad = reader.read([ours])
    if bad:
        raise Unreadable(bad[0])
    return value
