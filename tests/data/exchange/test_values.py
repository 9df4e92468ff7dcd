"""Cells turned into values: what clerks write is understood, what cannot be is said cell by cell."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exchange.reasons import Unreadable
from data.exchange.specs import FieldSpec, Kind
from data.exchange.spreadsheets import guarded, unguarded
from data.exchange.values import ColumnReader, constant

ZONE = ZoneInfo("Asia/Shanghai")
LEVEL = FieldSpec(
    "level", "choice", "Level", "等级", choices={"lockdown": ("Lockdown", "封控区"), "control": ("Control", "管控区")}
)


def read(kind: Kind, *cells: Any, **values: str) -> tuple[list[Any], dict[int, str]]:
    found, bad = ColumnReader(FieldSpec("f", kind, "F", "字段"), "列", values, ZONE).read(list(cells))
    return found, {index: reason.en for index, reason in bad.items()}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("812", 812),
        (" 1,234 ", 1234),
        ("１２", 12),
        ("12.0", 12),
        (12.0, 12),
        ("812户", 812),
        ("-3", -3),
        ("1，234", 1234),
    ],
)
def test_a_whole_number_is_read_however_it_is_written(cell: Any, number: int) -> None:
    assert read("whole", cell) == ([number], {})


@pytest.mark.parametrize("cell", ["12.5", "约300", "1,23", "nan", "inf", "1_000", "twelve", "1e999", True])
def test_what_is_no_whole_number_is_said(cell: Any) -> None:
    found, bad = read("whole", cell)

    assert found == [None]
    assert bad.get(0, "").startswith("F (column 列): ") or cell == "nan"


@pytest.mark.parametrize("cell", ["", "  ", " NA ", "N/A", "null", "-", "无", None, float("nan")])
def test_a_cell_that_says_nothing_is_no_mistake(cell: Any) -> None:
    assert read("whole", cell) == ([None], {})


def test_text_keeps_words_that_look_like_nothing_elsewhere() -> None:
    assert read("text", "无", "-", " 南区 ", "NA", 3.0) == (["无", "-", "南区", None, "3"], {})


@pytest.mark.parametrize("cell", ["lockdown", "LOCKDOWN", "封控区", " 封控 区", "Lockdown"])
def test_a_choice_is_known_by_its_code_and_its_titles(cell: str) -> None:
    assert ColumnReader(LEVEL, "级别", {}, ZONE).read([cell]) == (["lockdown"], {})


def test_a_foreign_word_is_mapped_and_the_rest_is_counted_and_said() -> None:
    reader = ColumnReader(LEVEL, "级别", {"高风险": "lockdown"}, ZONE)

    values, bad = reader.read(["高风险", "低风险", "低风险", ""])

    assert values == ["lockdown", None, None, None]
    assert list(bad) == [1, 2]
    assert "--value 'level:低风险=…'" in bad[1].en
    assert "低风险" in bad[1].zh
    assert reader.unknown == {"低风险": 2}


def test_a_star_stands_for_every_other_word_and_nothing_for_an_empty_cell() -> None:
    values = {"高风险": "lockdown", "*": "control", "": "lockdown"}

    assert ColumnReader(LEVEL, "级别", values, ZONE).read(["高风险", "any", None])[0] == [
        "lockdown",
        "control",
        "lockdown",
    ]


def test_a_word_is_mapped_only_to_what_the_field_can_hold() -> None:
    with pytest.raises(Unreadable, match="closed is none of"):
        ColumnReader(LEVEL, "级别", {"x": "closed"}, ZONE)


def test_numbers_and_truth_are_mapped_by_how_they_are_written() -> None:
    spec = FieldSpec("urgency", "choice", choices={"urgent": (), "ordinary": ()})

    assert ColumnReader(spec, "urgent", {"True": "urgent", "False": "ordinary"}, ZONE).read([True, "False"])[0] == [
        "urgent",
        "ordinary",
    ]


def test_a_field_without_a_column_is_what_the_star_says() -> None:
    assert constant(LEVEL, {"*": "control"}, ZONE) == "control"
    assert constant(LEVEL, {"a": "control"}, ZONE) is None
    with pytest.raises(Unreadable):
        constant(LEVEL, {"*": "closed"}, ZONE)


def test_a_list_is_read_from_a_cell() -> None:
    assert read("texts", "甲；乙、丙", '["a", "b,c"]', ["x", None, " y "])[0] == [
        ["甲", "乙", "丙"],
        ["a", "b,c"],
        ["x", "y"],
    ]


def test_structure_is_json_or_refused() -> None:
    found, bad = read("structure", '[{"item": "口罩"}]', "口罩 3 箱")

    assert found[0] == [{"item": "口罩"}]
    assert list(bad) == [1]


def test_yes_and_no_are_understood_in_both_languages() -> None:
    assert read("flag", "是", "no", True, "maybe") == (
        [True, False, True, None],
        {3: "F (column 列): “maybe” is neither yes nor no"},
    )


@given(st.text(max_size=12))
def test_a_guarded_text_is_never_run_and_comes_back_whole(text: str) -> None:
    safe = guarded(text)

    assert unguarded(safe) == text or text.startswith("'")
    assert not safe.startswith(("=", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"])
def test_a_formula_is_made_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-73.98", "+8613800000000", "12", "a=b", ""])
def test_a_plain_number_stays_a_number(text: str) -> None:
    assert guarded(text) == text
