"""`linli sitrep`: the situation as one file that anybody can open, forward and print."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from webmap.cli import BadUse

#: Seconds of silence before a line says how far it is, and between two lines.
SECONDS_BETWEEN_LINES = 1.0


@click.command(epilog="Example: linli sitrep morning.html --at 2026-02-03T09:00:00+08:00 --language zh")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", metavar="T", help="A moment such as 2026-02-03T09:00:00Z; now if not given.")
@click.option("--internal", is_flag=True, help="What staff see. Without it: what the public may see.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the report; the terminal's if not given.")
def sitrep(file: Path, at: str | None, internal: bool, language: str | None) -> None:
    """Write the situation to FILE: one HTML file with a map, a slider over the last 14 days, figures and tables.

    It shows what the public may see unless --internal is given. Nothing in it is fetched from anywhere; it can be
    opened from a disk, without scripts, and printed on A4. The file appears whole or not at all.
    """
    from data.database import open_database
    from data.exchange.reasons import Unreadable
    from data.exchange.whole_files import whole_file
    from webmap.cli.load_telling import language as terminal_language
    from webmap.settings import from_environment
    from webmap.sitrep.making import make
    from webmap.viewport import in_rfc3339, moment_of

    moment, settings = moment_of(at), from_environment()
    spoken = "zh_Hans" if (language or terminal_language()).lower().startswith("zh") else "en"
    telling = _Telling()
    database, now = open_database(settings.database_url or None), datetime.now(UTC)
    try:
        with whole_file(file) as draft:
            draft.touch()  # a place that cannot be written to is told before the work
            database.upgrade()
            text = make(database, settings, moment or now, now, internal, spoken, telling.read)
            draft.write_text(text, encoding="utf-8")
    except Unreadable as error:
        raise BadUse(error.reason.in_language(terminal_language())) from None
    finally:
        database.close()
    audience = "internal" if internal else "public"
    click.echo(
        f"{audience} situation of {in_rfc3339(moment or now)} in {file}, {len(text.encode()) / 1e6:.1f} MB", err=True
    )


class _Telling:
    """Says on stderr how far the reading is, once it has taken longer than a moment."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def read(self, done: int, total: int) -> None:
        """So many of the moments are read."""
        if time.monotonic() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            click.echo(f"{done} of {total} days read" if done < total else "drawing …", err=True)
