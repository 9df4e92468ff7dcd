"""What a load says: the columns before it begins, how far it is, and what became of every row."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from textwrap import shorten
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from data.exchange.rows import Source
from data.exchange.suspicions import line_ranges
from layers.description import Layer
from layers.intake import Report
from layers.intake_plan import Plan
from layers.text import Text
from webmap.settings import variable

if TYPE_CHECKING:
    from webmap.cli.bar import Bar

#: Without a terminal a line is written at most this often: enough to see that it goes on, few enough for a log.
SECONDS_BETWEEN_LINES = 2.0

#: Names that were not found are listed up to this many; all of them are in the file of rejected rows.
NAMES_TOLD = 50

#: Line numbers of rows rejected for one reason fill two lines of a terminal at most; the file has them all.
LETTERS_OF_LINES = 160

_ROWS = Text(
    "{read} rows read, {loaded} loaded, {rejected} rejected", "已读 {read} 行，已导入 {loaded}，退回 {rejected}"
)
_SUMMARY = Text(
    "rows read {read}, loaded {loaded}, repaired {repaired}, suspicious {suspicious}, rejected {rejected}",
    "已读 {read} 行，已导入 {loaded}，已修复 {repaired}，可疑 {suspicious}，退回 {rejected}",
)
_FEATURES = Text("{layer}: {created} created, {updated} updated", "{layer}：新增 {created}，更新 {updated}")
_LINES = Text("lines {lines}", "第 {lines} 行")
_FILE = Text("the file", "整个文件")
_SUSPICIOUS = Text("suspicious, loaded as given: {where}: {why}", "可疑（按原样导入）：{where}：{why}")
_REJECTED = Text("rejected line {line}: {why}", "退回第 {line} 行：{why}")
_ALIKE = Text("… and {count} more rows, lines {lines}: {why}", "……另有 {count} 行（第 {lines} 行）：{why}")
_MORE = Text("… and {count} more rejected rows", "……另有 {count} 行退回")
_ALL_IN = Text("all rejected rows are in {path}", "全部退回的行见 {path}")
_NOWHERE = Text("the rejected rows could not be written to a file", "退回的行无法写入文件")
_NOT_FOUND = Text("not found by name: {names}", "按名称未找到：{names}")
_UNKNOWN = Text(
    "{field}: words that mean nothing here, map them with --value '{field}:WORD=…': {told}",
    "{field}：无法对应的词，请用 --value '{field}:词=…' 对应：{told}",
)
_STOPPED = Text(
    "ended early: {why}. Complete batches are kept; the last row loaded is line {line}. Load the file again to go on.",
    "提前结束：{why}。已完成的批次保留，最后导入的是第 {line} 行。可重新导入同一文件继续。",
)
_DRY = Text("dry run: nothing was changed", "试运行：未做任何更改")
_WAITS = Text("another load is running; waiting for it", "另一个导入正在进行，等待中")
_NO_COLUMN = Text("(no column)", "（无列）")
_UNUSED = Text("not used: {columns}", "未使用的列：{columns}")


def language() -> str:
    """The language to speak: LINLI_LANGUAGE, else what the terminal is set to."""
    for name in (variable("language"), "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].replace("_", "-")
    return "en"


class Telling:
    """Tells a person of one load, on stderr while it runs (see layers.intake.Listener) and on stdout at its end."""

    def __init__(self, layer: Layer) -> None:
        self.language = language()
        self._layer = layer
        self._bar: Bar | None = None
        self._last_line = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begins(self, source: Source, plan: Plan) -> None:
        """Shows which column became which field, before anything is changed."""
        for note in (*source.notes, *plan.notes):
            self._err(note.in_language(self.language))
        titles = {spec.name: Text(*spec.titles) for spec in plan.specs}
        for name, column in plan.columns.of.items():
            title = titles.get(name)
            shown = f"{name} ({title.in_language(self.language)})" if title else name
            self._err(f"  {shown} <- {column}" + ("" if name in plan.columns.given else " ?"))
        for name, value in plan.constants.items():
            self._err(f"  {name} = {value}")
        if plan.columns.unused:
            self._err("  " + self._say(_UNUSED, columns=", ".join(plan.columns.unused)))
        if sys.stderr.isatty():
            from webmap.cli.bar import Bar  # loads slowly, and only a terminal needs it

            self._bar = Bar(source.name, source.total)

    def waits(self) -> None:
        """Another load is running."""
        self._err(self._say(_WAITS))

    def goes_on(self, report: Report, done: int, total: int) -> None:
        """A bar in a terminal; elsewhere a line now and then, the first at once."""
        words = self._say(_ROWS, read=report.read, loaded=report.loaded, rejected=report.rejected)
        if self._bar is not None:
            self._bar.update(done, words)
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._err(words + (f" ({100 * done // total} %)" if total else ""))

    def tell(self, report: Report, dry_run: bool) -> None:
        """The whole account, on stdout."""
        counted = {name: getattr(report, name) for name in ("read", "loaded", "repaired", "suspicious", "rejected")}
        click.echo(self._say(_SUMMARY, **counted))
        title = self._layer.title.in_language(self.language)
        click.echo(self._say(_FEATURES, layer=title, created=report.created, updated=report.updated))
        for line in self._details(report):
            click.echo(line)
        if dry_run:
            click.echo(self._say(_DRY))

    def _details(self, report: Report) -> Iterable[str]:
        for one in report.suspicions:
            where = self._say(_LINES, lines=line_ranges(one.lines)) if one.lines else self._say(_FILE)
            yield self._say(_SUSPICIOUS, where=where, why=one.reason.in_language(self.language))
        if report.not_found:
            names = [f"{name} ×{count}" for name, count in report.not_found.most_common(NAMES_TOLD)]
            more = len(report.not_found) - len(names)
            yield self._say(_NOT_FOUND, names=", ".join(names) + (f", … (+{more})" if more > 0 else ""))
        for name, words in report.unknown_words.items():
            told = [f"{word} ×{count}" for word, count in words.most_common(NAMES_TOLD)]
            yield self._say(_UNKNOWN, field=name, told=", ".join(told))
        for reject in report.rejects:
            yield self._say(_REJECTED, line=reject.line, why=reject.reason.in_language(self.language))
        for reason, lines in report.alike.items():
            shown = shorten(line_ranges(lines), LETTERS_OF_LINES, placeholder=" …")
            yield self._say(_ALIKE, count=len(lines), lines=shown, why=reason.in_language(self.language))
        rest = report.rejected - len(report.rejects) - sum(map(len, report.alike.values()))
        if rest > 0:
            yield self._say(_MORE, count=rest)
        if report.rejected_path is not None:
            yield self._say(_ALL_IN, path=report.rejected_path)
        if report.stopped is not None:
            why = report.stopped.in_language(self.language)
            yield self._say(_STOPPED, why=why, line=report.last_line)

    def _say(self, words: Text, **parts: object) -> str:
        return words.in_language(self.language).format(**parts)

    def _err(self, line: str) -> None:
        with suppress(OSError):  # a closed pipe must not end a load half way
            if self._bar is not None:
                self._bar.line(line)
            else:
                click.echo(line, err=True)
