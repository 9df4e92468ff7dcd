"""linli demo."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click


@click.command()
@click.option("--reset", is_flag=True, help="Take the demo out and fill it anew for today.")
@click.option("--remove", "remove_it", is_flag=True, help="Take the demo out without a trace.")
def demo(reset: bool, remove_it: bool) -> None:
    """Fill the store with the demo neighbourhood: synthetic, 14 days back and 7 ahead of today.

    \b
    Example:
      linli demo
      linli demo --remove
    """
    from data.database import open_database
    from layers import demo as layer_demo
    from layers.publication.actions import publish
    from webmap.settings import from_environment

    if reset and remove_it:
        raise click.UsageError("--reset and --remove do not go together")
    settings = from_environment()
    with open_database(settings.database_url or None) as database:
        database.upgrade()
        now = datetime.now(UTC)
        if reset or remove_it:
            count = layer_demo.remove(database, now)
            click.echo(f"taken out: {count} features of the demo" if count else "there was no demo")
        if remove_it:
            return
        click.echo("filling the demo neighbourhood …", err=True)
        counts = layer_demo.fill(database, now.astimezone(ZoneInfo(settings.timezone)).date(), now)
        if not counts:
            click.echo("the demo is there already; --reset fills it anew for today")
            return
        publish(database, now)
    click.echo("synthetic neighbourhood: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
