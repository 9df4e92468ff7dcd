"""linli cells."""

from __future__ import annotations

from datetime import UTC, datetime

import click


@click.command()
@click.option("--bbox", required=True, metavar="W,S,E,N", help="The box, WGS 84 degrees.")
@click.option("--res", required=True, metavar="R", help="H3 resolution, 5 to 11.")
@click.option("--at", metavar="T", help="A moment such as 2026-02-03T09:00:00Z; now if not given.")
@click.option("--json", "as_json", is_flag=True, help="JSON as the API gives it, alone on stdout.")
def cells(bbox: str, res: str, at: str | None, as_json: bool) -> None:
    """Show what holds in the cells of a box: the internal view.

    \b
    Example:
      linli cells --bbox 120.10,30.28,120.16,30.32 --res 9
      linli cells --bbox 120.10,30.28,120.16,30.32 --res 7 --at 2026-02-03T09:00:00Z --json
    """
    import orjson

    from data import journal
    from data.database import open_database
    from geo.cells import to_hex
    from layers.cell_state.moments import state_at
    from webmap.service import zone_of
    from webmap.settings import from_environment
    from webmap.viewport import box_of, in_rfc3339, moment_of, resolution_of

    box, resolution, moment = box_of(bbox), resolution_of(res, 9), moment_of(at)
    settings = from_environment()
    now = datetime.now(UTC)
    with open_database(settings.database_url or None) as database:
        database.upgrade()
        with database.snapshot() as session:
            states = state_at(session, box, resolution, moment or now, now, zone_of(settings))
            seq = journal.latest(session)
    by_hex = {to_hex(cell): state for cell, state in states.items()}
    if as_json:
        content = {"res": resolution, "at": in_rfc3339(moment or now), "seq": seq, "cells": by_hex}
        click.echo(orjson.dumps(content).decode())
        return
    for name, state in by_hex.items():
        parts = [f"{key} {value}" for key, value in state.items() if key != "services"]
        parts += [f"{key} {value}" for key, value in state.get("services", {}).items()]
        click.echo(f"{name}  {', '.join(parts)}")
    click.echo(f"{len(by_hex)} cells of resolution {resolution} at {in_rfc3339(moment or now)}", err=True)
