"""linli plan: where the next volunteers should stand, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


@click.command()
@click.option("--role", required=True, metavar="R", help="What they do: delivery, care, transport, gate or sweep.")
@click.option("--volunteers", required=True, type=int, metavar="N", help="How many there are.")
@click.option("--bbox", metavar="W,S,E,N", help="The box, WGS 84 degrees; everywhere if not given.")
@click.option("--minutes", type=int, metavar="M", help="Minutes on foot from a post, 1 to 60; 10 if not given.")
@click.option("--from", "starts", metavar="T", help="A moment such as 2026-02-03T18:00:00+08:00; now if not given.")
@click.option("--to", "ends", metavar="T", help="Until when; four hours later if not given.")
@click.option("--start", "starting", multiple=True, metavar="LNG,LAT", help="Where they can start; may be repeated.")
@click.option("--backup", is_flag=True, help="A second post within reach of needs of high consequence counts half.")
@click.option("--floor", type=int, metavar="P", help="Percent of each community's need to bring within reach at least.")
@click.option("--json", "as_json", is_flag=True, help="JSON, alone on stdout.")
def plan(
    role: str, volunteers: int, bbox: str | None, minutes: int | None, starts: str | None, ends: str | None,
    starting: tuple[str, ...], backup: bool, floor: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Show where volunteers should stand to bring the most need within reach on foot, and what stays uncovered.

    Need is counted in points: open needs by urgency, service and age, and homes in lockdown, less what those on duty
    take care of; linli services lists the weights. Closed areas are entered through gates that are open when it begins.

    With --start, posts lie within 20 minutes on foot of a starting place. --floor 0 asks for something of each
    community; with --floor or --backup a plan may cover less than without, and says how much.

    \b
    Example:
      linli plan --role delivery --volunteers 10
      linli plan --role care --volunteers 4 --bbox 120.10,30.28,120.16,30.32 --minutes 15 --json
      linli plan --role delivery --volunteers 6 --start 120.12,30.28 --floor 20 --backup
    """
    from datetime import UTC, datetime

    import orjson

    from data import journal
    from data.database import open_database
    from layers.planning.making import make_plan
    from layers.planning.plan import content_of
    from layers.planning.terms import Terms
    from webmap.planning import request_of, said_of, start_of
    from webmap.service import zone_of
    from webmap.settings import from_environment

    now = datetime.now(UTC)
    terms = Terms(starts=tuple(start_of(one) for one in starting), backup=backup, floor=floor)
    request = request_of(role, volunteers, minutes, bbox, (starts, ends), now, terms)
    settings = from_environment()
    with open_database(settings.database_url or None) as database:
        database.upgrade()
        with database.snapshot() as session:
            made = make_plan(session, request, zone_of(settings), now)
            seq = journal.latest(session)
    content = said_of(made.request) | content_of(made) | {"seq": seq}
    if as_json:
        click.echo(orjson.dumps(content).decode())
    else:
        _tell(content)
    if not content["need"]:
        click.echo(f"nobody asks for {role} there and then", err=True)
    elif not content["shortfall"]:
        click.echo(f"those on duty take care of all that asks for {role} there and then", err=True)


def _tell(content: Mapping[str, Any]) -> None:
    """The plan in lines: posts in the order of what each adds, then what is left by the nearest compound."""
    from layers.planning.rules import REASONS, WAYS
    from webmap.planning import left_by_place

    for number, post in enumerate(content["posts"], start=1):
        people = f"{post['volunteers']} there" if post["volunteers"] > 1 else "1 there"
        near = f"near {post['near']}" if post["near"] else ""
        click.echo(f"post {number:>3}  {post['lng']:.5f},{post['lat']:.5f}  {people}, adds {post['adds']:g}  {near}")
    for where, reason, points in left_by_place(content["uncovered"]):
        click.echo(f"left  {points:>6g}  {where or 'elsewhere'}: {REASONS[reason].en.lower()}")
    shut_in = content["without_gate"]
    if shut_in["households"]:
        where = ", ".join(f"{one['name']} {one['households']}" for one in shut_in["compounds"])
        click.echo(f"{shut_in['households']} homes have no open gate within {shut_in['minutes']} minutes: {where}")
    for name, points in content["costs"].items():
        click.echo(f"{name} costs {points:g} points")
    for one in content["floors"]:
        if one["reason"]:
            click.echo(f"floor missed in {one['community']}: {one['covered']:g} of {one['least']:g} points")
    if content["backup"]:
        fragile = content["backup"]
        click.echo(f"of {fragile['fragile']:g} fragile points {fragile['once']:g} in reach, {fragile['twice']:g} twice")
    click.echo(
        f"covered {content['covered']:g} of {content['shortfall']:g} points; no plan covers more than"
        f" {content['bound']:g}; one volunteer more would add {content['next_adds']:g}"
    )
    if content["need"]:
        click.echo(WAYS[content["way"]].en)
