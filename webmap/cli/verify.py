"""linli verify."""

from __future__ import annotations

import click


@click.command()
def verify() -> None:
    """Rebuild cell state from the features, walk the journal, and say what differs. Changes nothing.

    \b
    Example:
      linli verify && echo all is well
    """
    from data.database import open_database
    from layers.cell_state.verify import differences
    from webmap.settings import from_environment

    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.snapshot() as session:
            found = differences(session)
    for line in found:
        click.echo(line)
    click.echo("cell state and journal are as the features say" if not found else f"{len(found)} differences", err=True)
    raise SystemExit(1 if found else 0)
