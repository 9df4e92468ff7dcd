"""`linli load osm`: compounds, checkpoint candidates, streets and the base map from an OpenStreetMap extract."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers.text import Text
from webmap.cli import BadUse

if TYPE_CHECKING:
    from data.basemap import Drawing, Finished
    from data.database import Database
    from data.exchange.osm_files import Extract
    from data.exchange.osm_places import Neighbourhood
    from data.exchange.osm_streets import FoundStreets
    from layers.osm_intake import OsmPut

#: Rows a transaction; a batch is written whole or not at all.
BATCH = 5_000
#: Without a terminal a line is written at most this often.
SECONDS_BETWEEN_LINES = 2.0
#: Rejected features are told one by one up to this many.
REJECTS_TOLD = 50

_READING = Text("reading {file}: {count} features", "正在读取 {file}：{count} 个要素")
_DRAWING = Text("drawing the base map: {percent} %", "正在绘制底图：{percent} %")
_WRITING = Text("writing {what}: {done} of {total}", "正在写入{what}：{done}/{total}")
_EMPTY = Text("{file} holds nothing that Linli shows", "{file} 中没有可用的内容")
_NO_BASEMAP = Text("the base map was not made: {why}. Nothing was changed.", "底图未生成：{why}。未做任何更改。")
_BASEMAP = Text(
    "base map: {path}, {size} MB, {features} features, made in {seconds} s",
    "底图：{path}，{size} MB，{features} 个要素，用时 {seconds} 秒",
)
_COMPOUNDS = Text("compounds", "小区")
_CHECKPOINTS = Text("checkpoint candidates (planned)", "卡点候选（计划中）")
_PUT = Text(
    "{what}: found {found}, created {created}, updated {updated}, unchanged {unchanged}, repaired {repaired}, "
    "rejected {rejected}",
    "{what}：找到 {found}，新增 {created}，更新 {updated}，未变 {unchanged}，已修复 {repaired}，退回 {rejected}",
)
_STREETS = Text("streets", "街道")
_KILOMETRES = Text(
    "streets: {km} km that people can walk along; plans follow them",
    "街道：可步行 {km} 公里；点位方案将沿这些街道计算",
)
_NO_STREETS = Text("streets: none found; those that were loaded before stay", "街道：未找到；此前导入的街道保持不变")
_HOUSEHOLDS = Text(
    "OpenStreetMap knows no households: new compounds have 0. Load them with: linli load compounds FILE",
    "OpenStreetMap 没有户数数据：新增小区的户数为 0。请用 linli load compounds FILE 导入",
)
_LEFT_OUT = Text(
    "left out: {areas} residential areas without a name, {gates} gates that belong to no named compound",
    "未采用：无名称的居住区 {areas} 个，不属于任何有名小区的出入口 {gates} 个",
)
_REJECTED = Text("rejected {source_id}: {why}", "退回 {source_id}：{why}")
_DRY = Text("dry run: nothing was changed", "试运行：未做任何更改")


@click.command(epilog="Example: linli load osm zhejiang-latest.osm.pbf")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--only", type=click.Choice(("basemap", "places")), help="Only the base map, or all but it.")
@click.option("--dry-run", is_flag=True, help="Say what was found, change nothing.")
def osm(file: Path, only: str | None, *, dry_run: bool) -> None:
    """Load compounds, checkpoint candidates, streets and the base map from FILE (.osm.pbf or .osm).

    Compounds are the residential areas that have a name; candidates are their gates, toll stations, stations and
    markets, all planned until somebody opens one. Plans follow the streets from then on; a newer extract of the same
    area takes the place of the one before it. Exit 0 all loaded, 1 some rejected, 2 unreadable and nothing changed.
    """
    from data.exchange.reasons import Unreadable
    from webmap.cli.load_telling import language

    telling = _Telling(language())
    try:
        rejected = _load(file, only, dry_run, telling)
    except Unreadable as error:
        raise BadUse(error.reason.in_language(telling.language)) from None
    if rejected:
        raise SystemExit(1)


def _load(file: Path, only: str | None, dry_run: bool, telling: _Telling) -> bool:
    """Reads the extract once for everything; whether a row was rejected.

    The base map is made before anything is written and put in place after it, so that what fails leaves no half.
    """
    from data.basemap import Drawing, DrawingFailed, basemap_path
    from data.exchange.osm_files import examine
    from data.exchange.osm_places import Neighbourhood
    from data.exchange.osm_streets import FoundStreets

    extract, found = examine(file), Neighbourhood()
    with ExitStack() as open_things:
        streets = open_things.enter_context(FoundStreets())
        drawing, finished = None, None
        try:
            if only != "places" and not dry_run:
                drawing = open_things.enter_context(Drawing(basemap_path(), extract.box))
            takers = [
                taker for taker in (drawing, *((found, streets) if only != "basemap" else ())) if taker is not None
            ]
            _read(extract, takers, telling)
            if drawing is not None:
                finished = drawing.finish(lambda percent: telling.now(_DRAWING, percent=round(percent)))
        except (DrawingFailed, OSError) as error:
            why = getattr(error, "strerror", None) or error
            raise BadUse(telling.say(_NO_BASEMAP, why=why)) from None
        rejected = only != "basemap" and _put_places(extract, found, streets, dry_run, telling)
        if finished is not None:
            finished.put_in_place()
            telling.basemap(finished)
    if dry_run:
        click.echo(telling.say(_DRY))
    return rejected


def _read(extract: Extract, takers: Sequence[Drawing | Neighbourhood | FoundStreets], telling: _Telling) -> None:
    """Gives every batch to those who take it; bad use if there is none."""
    from data.exchange.osm import batches

    count, name = 0, extract.path.name
    for batch in batches(extract):
        count += len(batch)
        telling.now(_READING, file=name, count=f"{count:,}")
        for taker in takers:
            taker.add(batch)
    if not count:
        raise BadUse(telling.say(_EMPTY, file=name))


def _put_places(
    extract: Extract, found: Neighbourhood, streets: FoundStreets, dry_run: bool, telling: _Telling
) -> bool:
    """Writes compounds, checkpoints, then streets; whether any was rejected."""
    from data.database import open_database
    from layers.osm_intake import put_checkpoints, put_compounds

    database = open_database()
    try:
        database.upgrade()
        with database.load_lock():
            puts = [
                (_COMPOUNDS, *_put_all(database, found.compounds, put_compounds, _COMPOUNDS, dry_run, telling)),
                (
                    _CHECKPOINTS,
                    *_put_all(database, found.checkpoints(), put_checkpoints, _CHECKPOINTS, dry_run, telling),
                ),
            ]
            if not dry_run:
                _put_streets(database, extract, streets, telling)
    finally:
        database.close()
    for what, total, put in puts:
        telling.put(what, total, put)
    telling.left_out(found)
    telling.streets(streets)
    return any(put.rejected for _, _, put in puts)


def _put_streets(database: Database, extract: Extract, found: FoundStreets, telling: _Telling) -> None:
    """Writes the streets batch by batch; they count from the last one on, and those before them are removed."""
    from data import streets

    box = extract.box or found.box()
    if box is None or not found.metres:
        return
    now, done = datetime.now(UTC), 0
    with database.write() as session:
        number = streets.begin(session, extract.path.name, box, found.metres, now)
    for lines in found.lines(BATCH):
        with database.write() as session:
            streets.add(session, number, lines)
        done += len(lines)
        telling.now(_WRITING, what=telling.say(_STREETS), done=done, total=found.count)
    with database.write() as session:
        streets.finish(session, number, now)
    goes_on = True
    while goes_on:
        with database.write() as session:
            goes_on = streets.sweep(session, BATCH)


class _DryRun(Exception):
    pass


def _put_all(
    database: Database,
    found: Sequence[Any],
    put: Callable[..., OsmPut],
    what: Text,
    dry_run: bool,
    telling: _Telling,
) -> tuple[int, OsmPut]:
    from layers.actor import Actor
    from layers.osm_intake import OsmPut

    actor, all_of_it = Actor("linli load osm", "administrator"), OsmPut()
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        try:
            with database.write() as session:
                result = put(session, batch, actor, datetime.now(UTC))
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        all_of_it.add(result)
        telling.now(_WRITING, what=telling.say(what), done=start + len(batch), total=len(found))
    return len(found), all_of_it


class _Telling:
    """Progress on stderr, the account on stdout."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._last_line = 0.0

    def say(self, words: Text, **parts: object) -> str:
        return words.in_language(self.language).format(**parts)

    def now(self, words: Text, **parts: object) -> None:
        """A line about how far it is, now and then."""
        if time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            click.echo(self.say(words, **parts), err=True)

    def basemap(self, made: Finished) -> None:
        size, features = f"{made.size / 1e6:.1f}", f"{sum(made.features.values()):,}"
        click.echo(self.say(_BASEMAP, path=made.path, size=size, features=features, seconds=round(made.seconds, 1)))

    def put(self, what: Text, found: int, put: OsmPut) -> None:
        counts = {name: getattr(put, name) for name in ("created", "updated", "unchanged", "repaired")}
        click.echo(self.say(_PUT, what=self.say(what), found=found, rejected=len(put.rejected), **counts))
        if what is _COMPOUNDS and put.created:
            click.echo(self.say(_HOUSEHOLDS))
        for source_id, why in put.rejected[:REJECTS_TOLD]:
            click.echo(self.say(_REJECTED, source_id=source_id, why=why))

    def streets(self, found: FoundStreets) -> None:
        if found.metres:
            click.echo(self.say(_KILOMETRES, km=f"{found.metres / 1000:,.1f}"))
        else:
            click.echo(self.say(_NO_STREETS))

    def left_out(self, found: Neighbourhood) -> None:
        if found.unnamed_areas or found.gates_apart:
            click.echo(self.say(_LEFT_OUT, areas=found.unnamed_areas, gates=found.gates_apart))
