"""`linli migrate`: the schema of the store."""

from __future__ import annotations

import click

from data.database import open_database
from data.migrations.steps import current, newest


@click.command(epilog="Example: linli migrate --check && linli serve")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the schema is not up to date.")
def migrate(check: bool) -> None:
    """Bring the schema of the store up to date.

    `linli demo`, `linli load` and `linli serve` do the same first. Two at once are safe: one waits for the other.
    """
    database = open_database()
    try:
        if not check:
            database.upgrade()
        found = current(database)
    finally:
        database.close()
    click.echo(f"schema {found or 'none'}, newest {newest()}")
    if found != newest():
        raise SystemExit(1)
