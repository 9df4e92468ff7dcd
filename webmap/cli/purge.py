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
    """Delete contact, words, photos and exact place of needs that came to rest long ago, the codes of households
    served in rounds of drops that are over as long, and names and contacts of volunteers whose last shift is. It cannot
    be taken back.

    Figures and hours stay, those of past moments too. Open needs keep everything. Backups made before still hold what
    is deleted here: let them go as well.
    """
    from data.database import open_database
    from layers.actor import Actor
    from layers.needs.purging import purge as purge_needs
    from layers.needs.purging import to_purge
    from layers.needs.rules import PRIVATE_KEPT
    from layers.supply_drops import servings
    from layers.volunteer_shifts import people
    from webmap.settings import from_environment

    now = datetime.now(UTC)
    before = now - (PRIVATE_KEPT if older_than is None else timedelta(days=older_than))
    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.read() as session:
            due, codes = to_purge(session, before), servings.to_purge(session, before)
            volunteers = people.to_purge(session, before)
        said = f"{due.needs} needs, {due.messages} messages, {due.photos} photos unchanged since {before:%Y-%m-%d}"
        said += _also(codes, volunteers)
        if dry_run or not (due.needs or codes or volunteers):
            click.echo(f"would be purged: {said}" if due.needs or codes or volunteers else "there is nothing to purge")
            return
        if not yes and sys.stdin.isatty():
            click.confirm(f"Delete what is private of {said}? It cannot be taken back.", abort=True)
        actor = Actor("linli purge", "administrator")
        gone, codes = purge_needs(database, before, actor, now), servings.purge(database, before, actor, now)
        volunteers = people.purge(database, before, actor, now)
    said = f"purged: {gone.needs} needs, {gone.messages} messages, {gone.photos} photos"
    click.echo(said + _also(codes, volunteers))


def _also(codes: int, volunteers: int) -> str:
    """What goes beside needs, where anything does."""
    said = f", {codes} codes of households served" if codes else ""
    return said + (f", {volunteers} names of volunteers" if volunteers else "")
