"""linli publish."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import click

#: How often the clock looks whether a publication is due. Due ones come at most this late.
LOOK_SECONDS = 5.0


@click.command()
@click.option("--clock", is_flag=True, help="Keep running and publish every ten minutes.")
def publish(clock: bool) -> None:
    """Publish what the public may see of needs, if a publication is due.

    \b
    Example:
      linli publish
    """
    from data.availability import StoreTrouble
    from data.database import open_database
    from layers.needs.actions import KEYS_KEPT, forget_keys
    from layers.publication.actions import publish_if_due
    from webmap.settings import from_environment

    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        if not clock:
            done = publish_if_due(database, datetime.now(UTC))
            click.echo("published" if done else "the present publication is there already")
            return
        while True:
            try:
                now = datetime.now(UTC)
                if publish_if_due(database, now):
                    with database.write() as session:
                        forget_keys(session, now - KEYS_KEPT)
            except StoreTrouble as error:
                click.echo(f"linli: no publication now, trying again: {error}", file=sys.stderr)
            time.sleep(LOOK_SECONDS)
