"""`linli load areas`: administrative areas and duty areas from a file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers.text import Text
from webmap.cli import BadUse

if TYPE_CHECKING:
    from data.area_files import AreaReport
    from data.exchange.fields import Columns
    from data.exchange.rows import Source

LEVELS = ("province", "city", "district", "subdistrict", "community", "duty")

#: Without a terminal a line is written at most this often.
SECONDS_BETWEEN_LINES = 2.0

_SUMMARY = Text(
    "rows read {read}, loaded {loaded}, repaired {repaired}, rejected {rejected}",
    "已读 {read} 行，已导入 {loaded}，已修复 {repaired}，退回 {rejected}",
)
_AREAS = Text("areas: {created} created, {updated} updated", "区域：新增 {created}，更新 {updated}")
_NO_OUTLINE = Text(
    "{without_outline} without an outline: found by name, not by place",
    "{without_outline} 个没有边界：可按名称查找，不能按位置查找",
)
_UNUSED = Text("not used: {columns}", "未使用的列：{columns}")
_REJECTED = Text("rejected line {line}: {why}", "退回第 {line} 行：{why}")
_MORE = Text("… and {count} more rejected rows", "……另有 {count} 行退回")
_ALL_IN = Text("all rejected rows are in {path}", "全部退回的行见 {path}")
_STOPPED = Text(
    "ended early: {why}. Complete batches are kept; the last row loaded is line {line}.",
    "提前结束：{why}。已完成的批次保留，最后导入的是第 {line} 行。",
)
_DRY = Text("dry run: nothing was changed", "试运行：未做任何更改")


def _fields(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for one, (name, sign, _) in zip(given, pairs, strict=True):
        if not name or not sign:
            raise BadUse(f"--field {one}: write OURS=COLUMN, as in --field code=adcode")
    return {name.strip(): column.strip() for name, _, column in pairs}


@click.command(epilog="Example: linli load areas districts.gpkg --layer district --level district")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--level", type=click.Choice(LEVELS), required=True, help="Of the areas in the file.")
@click.option("--parent", metavar="CODE", default="", help="Of the area they all lie in, if the file is silent.")
@click.option("--layer", metavar="NAME", help="Which layer or sheet of the file.")
@click.option("--datum", type=click.Choice(("wgs84", "gcj02", "bd09")), default="wgs84", show_default=True)
@click.option(
    "--field",
    "fields",
    metavar="OURS=COLUMN",
    multiple=True,
    callback=_fields,
    help="The column of name, code, name_en, aliases, parent or wkt, where it is not found by itself.",
)
@click.option("--encoding", help="Of the text; found out when not given.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
def areas(file: Path, **options: Any) -> None:
    """Load areas from FILE: any vector file GDAL reads, or CSV / XLSX, with outlines or without.

    Rows with a code that is known complete what is known: a list of names and a file of outlines go together in
    either order. Exit 0 all rows loaded, 1 some rejected, 2 unreadable and nothing changed.
    """
    from data.area_files import AreaFile, load_areas
    from data.database import open_database
    from data.exchange.reasons import Unreadable
    from webmap.cli.load_telling import language

    telling = _Telling(language())
    database = open_database()
    try:
        database.upgrade()
        asked = AreaFile(file, **options)
        report = load_areas(database, asked, telling.begins, telling.goes_on)
    except Unreadable as error:
        raise BadUse(error.reason.in_language(telling.language)) from None
    finally:
        database.close()
    telling.tell(report, dry_run=asked.dry_run)
    if report.rejected or report.stopped:
        raise SystemExit(1)


class _Telling:
    """Progress on stderr, the account on stdout."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._last_line = 0.0

    def begins(self, source: Source, columns: Columns) -> None:
        for note in source.notes:
            click.echo(note.in_language(self.language), err=True)
        for name, column in columns.of.items():
            click.echo(f"  {name} <- {column}" + ("" if name in columns.given else " ?"), err=True)
        if columns.unused:
            click.echo("  " + self._say(_UNUSED, {"columns": ", ".join(columns.unused)}), err=True)

    def goes_on(self, report: AreaReport, done: int, total: int) -> None:
        if time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            share = f" ({100 * done // total} %)" if total else ""
            click.echo(self._counts(_SUMMARY, report) + share, err=True)

    def tell(self, report: AreaReport, *, dry_run: bool) -> None:
        click.echo(self._counts(_SUMMARY, report))
        click.echo(self._counts(_AREAS, report))
        if report.without_outline:
            click.echo(self._counts(_NO_OUTLINE, report))
        for reject in report.rejects:
            why = reject.reason.in_language(self.language)
            click.echo(self._say(_REJECTED, {"line": reject.line, "why": why}))
        if report.rejected > len(report.rejects):
            click.echo(self._say(_MORE, {"count": report.rejected - len(report.rejects)}))
        if report.rejected_path is not None:
            click.echo(self._say(_ALL_IN, {"path": report.rejected_path}))
        if report.stopped is not None:
            why = report.stopped.in_language(self.language)
            click.echo(self._say(_STOPPED, {"why": why, "line": report.last_line}))
        if dry_run:
            click.echo(self._say(_DRY, {}))

    def _counts(self, words: Text, report: AreaReport) -> str:
        names = ("read", "loaded", "created", "updated", "repaired", "rejected", "without_outline")
        return self._say(words, {name: getattr(report, name) for name in names})

    def _say(self, words: Text, parts: Mapping[str, object]) -> str:
        return words.in_language(self.language).format(**parts)
