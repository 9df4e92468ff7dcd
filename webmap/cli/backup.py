"""linli backup and linli restore."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from data.database import Database


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole store to FILE, consistent while it is being served.

    \b
    Example:
      linli backup linli-2026-02-03.backup
    """
    from data import backup as copies
    from data.database import open_database
    from webmap.settings import from_environment

    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {file.absolute().parent}")
    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        try:
            copies.backup(database, file)
        except (copies.BadBackup, OSError) as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """Put a backup in place of the store. It is verified first; what is in the store now is replaced.

    \b
    Example:
      linli restore linli-2026-02-03.backup
    """
    from data import backup as copies
    from data.database import open_database
    from webmap.settings import from_environment

    if not yes and sys.stdin.isatty():
        click.confirm("This replaces everything in the store. Go on?", abort=True)
    with open_database(from_environment().database_url or None) as database:
        try:
            copies.restore(database, file, datetime.now(UTC), _wrong)
        except (copies.BadBackup, OSError) as error:
            raise click.UsageError(f"{error}; nothing was changed") from error
    click.echo("restored")


def _wrong(database: Database) -> list[str]:
    from layers.cell_state.verify import differences

    with database.snapshot() as session:
        return differences(session)
