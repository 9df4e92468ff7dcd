"""The same compound, written in all the ways offices write it; two compounds are never taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exchange.names import Names


def names(*known: tuple[str, ...], address: str = "") -> Names[str]:
    found: Names[str] = Names()
    for number, one in enumerate(known):
        found.add(number, one[0], one, address)
    return found


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("向阳小区", "向阳小区"),
        (" 向阳 小区 ", "向阳小区"),
        ("万源城·尚郡", "万源城尚郡"),
        ("罗秀苑北区", "罗秀苑-北区"),
        ("鸿发家园（局部）", "鸿发家园"),
        ("鸿发家园局部", "鸿发家园"),
        ("闵行区枫泽苑", "枫泽苑"),
        ("上海市闵行区枫泽苑", "枫泽苑"),
        ("长宁区虹桥街道圣美邸", "圣美邸"),
        ("紫薇新村", "闵行区紫薇新村"),
        ("绿茵苑", "绿茵苑(报春路)"),
        ("剑桥丽苑", "剑桥丽苑小区"),
        ("龙柏二村", "龙柏二村社区"),
        ("闵行区莘朱路1760弄居民区", "莘朱路1760弄"),
        ("ＡＢ苑", "ab苑"),
        ("阳光美景城(东)", "阳光美景城（东）"),
    ],
)
def test_one_compound_is_found_however_it_is_written(asked: str, known: str) -> None:
    assert names((known,), ("另一个地方",)).find(asked).thing == known


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("静安花苑六区2期", "佳虹小区-2期"),
        ("向阳小区", "朝阳小区"),
        ("一村", "二村"),
        ("鸿发家园一期", "鸿发家园二期"),
        ("东区花园", "西区花园"),
        ("", "向阳小区"),
    ],
)
def test_another_compound_is_never_found_instead(asked: str, known: str) -> None:
    assert names((known,)).find(asked).count == 0


def test_other_names_lead_to_the_same_place() -> None:
    assert (
        names(("东方御花园-北区", "东方御花园一期", "古美西路753弄")).find("古美西路753弄").thing == "东方御花园-北区"
    )


def test_the_surer_likeness_wins() -> None:
    known = names(("绿茵苑(报春路)",), ("绿茵苑",))

    assert known.find("绿茵苑").thing == "绿茵苑"
    assert known.find("绿茵苑（报春路）").thing == "绿茵苑(报春路)"


def test_two_that_fit_equally_well_are_both_counted_and_none_is_taken() -> None:
    found = names(("东风村(南)",), ("东风村(北)",)).find("东风村")

    assert (found.thing, found.count) == (None, 2)


def test_a_place_in_another_district_is_not_meant() -> None:
    assert names(("幸福村",), address="浦东新区云台路1号").find("闵行区幸福村").count == 0
    assert names(("幸福村",), address="闵行区白樟路99弄").find("闵行区幸福村").count == 1
    assert names(("幸福村",), address="浦东新区云台路1号").find("幸福村").count == 1


@given(st.lists(st.text(min_size=1, max_size=8), max_size=10), st.text(max_size=8))
def test_what_is_found_was_added_and_what_was_added_is_found(known: list[str], asked: str) -> None:
    every = names(*((name,) for name in known))

    assert every.find(asked).thing is None or every.find(asked).thing in known
    assert all(every.find(name).count >= 1 for name in known if any(letter.isalnum() for letter in name))
