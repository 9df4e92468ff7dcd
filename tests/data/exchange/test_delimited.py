"""CSV in any encoding and with any delimiter: one bad row costs one row, and says which line it was."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exchange import text_lines
from data.exchange.delimited import DELIMITERS, find_delimiter
from data.exchange.reasons import Unreadable
from tests.data.exchange.reading import lines, read, text_file

GOOD = "名称,经度,纬度\n向阳小区,121.4,31.1\n育秀八区,121.5,31.2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_same_list_reads_the_same_in_every_encoding_offices_use(tmp_path: Path, encoding: str) -> None:
    rows, rejects = read(text_file(tmp_path / "a.csv", GOOD, encoding))

    assert rows[1] == (3, {"名称": "育秀八区", "经度": "121.5", "纬度": "31.2"})
    assert not rejects


def test_letters_that_strict_gbk_cannot_read_are_read(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.csv", GOOD.replace("向阳", "㐂𠮷"), "gb18030")

    assert read(path)[0][0][1]["名称"] == "㐂𠮷小区"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，", "^"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows, _ = read(text_file(tmp_path / "a.csv", GOOD.replace(",", delimiter)))

    assert rows[0][1] == {"名称": "向阳小区", "经度": "121.4", "纬度": "31.1"}


def test_delimiters_inside_quotation_marks_do_not_count() -> None:
    assert find_delimiter(["a;b", '"1,2,3";"4,5,6"', '"1,2,3";"4,5,6"']) == ";"


def test_a_list_may_say_its_delimiter_in_the_first_line(tmp_path: Path) -> None:
    assert read(text_file(tmp_path / "a.csv", "sep=;\na;b\n1,5;2\n"))[0] == [(3, {"a": "1,5", "b": "2"})]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
def test_every_line_end_is_one(tmp_path: Path, end: str) -> None:
    assert [line for line, _ in read(text_file(tmp_path / "a.csv", GOOD.replace("\n", end)))[0]] == [2, 3]


def test_a_title_above_the_column_names_is_passed_over(tmp_path: Path) -> None:
    rows, _ = read(text_file(tmp_path / "a.csv", f"附件1：小区名单,,\n\n{GOOD}"))

    assert rows[0] == (4, {"名称": "向阳小区", "经度": "121.4", "纬度": "31.1"})


def test_a_foreign_line_is_rejected_with_its_number_and_readable(tmp_path: Path) -> None:
    mixed = GOOD.encode() + "朝阳小区,121.4,31.1\n".encode("gb18030") + "红旗小区,121.6,31.3\n".encode()

    rows, [reject] = read(text_file(tmp_path / "a.csv", mixed))

    assert [line for line, _ in rows] == [2, 3, 5]
    assert reject.line == 4
    assert "GB18030" in reject.reason.en
    assert "朝阳小区" in str(reject.cells)


def test_utf8_among_gb18030_is_found_though_it_reads_as_nonsense(tmp_path: Path) -> None:
    foreign = "朝阳小区,121.4,31.1\n".encode()
    assert foreign.decode("gb18030").startswith("鏈濋槼灏忓尯")

    rows, [reject] = read(text_file(tmp_path / "a.csv", GOOD.encode("gb18030") + foreign))

    assert (len(rows), reject.line) == (2, 4)
    assert "UTF-8" in reject.reason.en


def test_a_forgotten_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    rows, rejects = read(text_file(tmp_path / "a.csv", 'a,b\n1,x\n2,"never closed\n3,y\n4,"two\nlines"\n5,z\n'))

    assert rows == [
        (2, {"a": "1", "b": "x"}),
        (4, {"a": "3", "b": "y"}),
        (5, {"a": "4", "b": "two\nlines"}),
        (7, {"a": "5", "b": "z"}),
    ]
    assert lines(rejects) == [3]


def test_a_quotation_mark_forgotten_in_the_last_line_costs_that_line(tmp_path: Path) -> None:
    rows, rejects = read(text_file(tmp_path / "a.csv", 'a,b\n1,x\n2,"never closed\n'))

    assert [line for line, _ in rows] == [2]
    assert lines(rejects) == [3]


def test_an_inch_mark_inside_a_cell_is_a_letter_like_any_other(tmp_path: Path) -> None:
    rows, rejects = read(text_file(tmp_path / "a.csv", 'a,b\n5" pipe,1\n6" pipe,2\n'))

    assert [cells["a"] for _, cells in rows] == ['5" pipe', '6" pipe']
    assert not rejects


def test_a_row_with_a_comma_too_many_is_rejected_and_a_short_one_is_filled(tmp_path: Path) -> None:
    rows, [reject] = read(text_file(tmp_path / "a.csv", "a,b,c\n1,2,3,4\n5,6\n7,8,9,\n"))

    assert reject.line == 2
    assert "4 cells" in reject.reason.en
    assert rows == [(3, {"a": "5", "b": "6", "c": ""}), (4, {"a": "7", "b": "8", "c": "9"})]


def test_a_row_of_sixty_megabytes_is_rejected_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n3,")
        for _ in range(60):
            file.write(b"x" * 1024 * 1024)
        file.write(b"\n5,6\n")
    tracemalloc.start()

    rows, rejects = read(path)

    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [line for line, _ in rows] == [2, 4]
    assert lines(rejects) == [3]
    assert most < 4 * text_lines.LONGEST_ROW


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"a,b\n", "no rows"),
        (b"PK\x03\x04....", "Excel"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (b"a,b\n1,\0\0\0", "not text"),
        (b"1,2\n3,4\n", "column names"),
    ],
    ids=["nothing", "blanks", "header-only", "xlsx", "xls", "binary", "no-header"],
)
def test_what_is_no_list_is_refused_as_a_whole(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(text_file(tmp_path / "a.csv", content))


def test_an_encoding_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="klingon"):
        read(text_file(tmp_path / "a.csv", GOOD), encoding="klingon")


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=8)
lists = st.lists(st.tuples(st.just("row"), cells, cells), min_size=1, max_size=20)


@given(table=lists, delimiter=st.sampled_from(DELIMITERS))
def test_whatever_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str, str]], delimiter: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second", "third"), *table])
    path = text_file(tmp_path_factory.mktemp("any") / "a.csv", out.getvalue())

    rows, rejects = read(path)

    assert [tuple(row.values()) for _, row in rows] == table
    assert not rejects
