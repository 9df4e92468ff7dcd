"""`linli purge`: what is private goes once it is no longer needed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import click


@click.command(epilog="Example: linli purge --older-than 30 --yes")
@click.option("--older-than", type=click.IntRange(0, 3650), metavar="DAYS", help="Days since the last change; 30.")
@click.option("--dry-run", is_flag=True, help="Only say how much would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(older_than: int | None, dry_run: bool, yes: bool) -> None:
    """Delete contact, words, photos and exact place of needs that came to rest long ago. It cannot be taken back.

    Figures stay, those of past moments too. Open needs keep everything. Backups made before still hold what is
    deleted here: let them go as well.
    """
    from data.database import open_database
    from layers.actor import Actor
    from layers.needs.purging import purge as purge_needs
    from layers.needs.purging import to_purge
    from layers.needs.rules import PRIVATE_KEPT
    from webmap.settings import from_environment

    now = datetime.now(UTC)
    before = now - (PRIVATE_KEPT if older_than is None else timedelta(days=older_than))
    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.read() as session:
            due = to_purge(session, before)
        said = f"{due.needs} needs, {due.messages} messages, {due.photos} photos unchanged since {before:%Y-%m-%d}"
        if dry_run or not due.needs:
            click.echo(f"would be purged: {said}" if due.needs else "there is nothing to purge")
            return
        if not yes and sys.stdin.isatty():
            click.confirm(f"Delete what is private of {said}? It cannot be taken back.", abort=True)
        gone = purge_needs(database, before, Actor("linli purge", "administrator"), now)
    click.echo(f"purged: {gone.needs} needs, {gone.messages} messages, {gone.photos} photos")
