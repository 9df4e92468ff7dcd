"""linli publish."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from data.database import Database

#: How often the clock looks whether a publication is due. Due ones come at most this late.
LOOK_SECONDS = 5.0

#: A claim that ends before the next look is waited for, but never shorter than this.
LOOK_SECONDS_AT_LEAST = 0.05


@click.command()
@click.option("--clock", is_flag=True, help="Keep running: publish every ten minutes, end claims when they are due.")
def publish(clock: bool) -> None:
    """Publish what the public may see of needs, if a publication is due.

    Claims of organizations that are due go back to everyone, and months that are over get their figures.

    \b
    Example:
      linli publish
    """
    from data.availability import StoreTrouble
    from data.database import open_database
    from webmap.settings import from_environment

    settings = from_environment()
    zone = ZoneInfo(settings.timezone)
    with open_database(settings.database_url or None) as database:
        database.upgrade()
        if not clock:
            done = _do_what_is_due(database, datetime.now(UTC), zone)
            click.echo("published" if done else "the present publication is there already")
            return
        while True:
            wait, now = LOOK_SECONDS, datetime.now(UTC)
            try:
                _do_what_is_due(database, now, zone)
                wait = _until_next_claim_ends(database, now)
            except StoreTrouble as error:
                click.echo(f"linli: no publication now, trying again: {error}", file=sys.stderr)
            time.sleep(wait)


def _do_what_is_due(database: Database, now: datetime, zone: ZoneInfo) -> bool:
    """Ends claims, moves up who waits for a place, and publishes; with each publication closes months. Whether there
    was something to publish.
    """
    from layers.accountability.actions import close_months
    from layers.needs.actions import KEYS_KEPT, forget_keys
    from layers.needs.counts import COUNTS_KEPT, forget_counts
    from layers.needs.lapses import lapse_due
    from layers.publication.actions import publish_if_due
    from layers.volunteer_shifts.places import move_up_due

    lapse_due(database, now)
    move_up_due(database, now)
    published = publish_if_due(database, now)
    if published:
        close_months(database, now, zone)
        with database.write() as session:
            forget_keys(session, now - KEYS_KEPT)
            forget_counts(session, now - COUNTS_KEPT)
    return published


def _until_next_claim_ends(database: Database, looked: datetime) -> float:
    """Seconds until the next look after one, so that a claim ends on the map of staff at the moment it says."""
    from layers.needs.queries import next_claim_end

    with database.read() as session:
        ends = next_claim_end(session, looked)
    seconds = LOOK_SECONDS if ends is None else (ends - datetime.now(UTC)).total_seconds()
    return min(LOOK_SECONDS, max(LOOK_SECONDS_AT_LEAST, seconds))
