"""linli services: promises of each service, reasons for declining, whom to call in danger, what need weighs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


@click.group()
def services() -> None:
    """Response times, reasons for declining, emergency numbers, and what need weighs in plans.

    \b
    Example:
      linli services list
    """


@services.command("list")
def list_all() -> None:
    """Show the times of each service in minutes, the reasons, the numbers, and what need weighs in plans.

    \b
    Example:
      linli services list
    """
    from data.database import open_database
    from layers.planning.queries import weights_kept
    from layers.planning.rules import KINDS, names_of_kinds
    from layers.vocabulary.queries import decline_reasons, emergency_numbers, times, vocabulary
    from webmap.settings import from_environment

    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.read() as session:
            click.echo("service              acknowledge   meet  claim  reviewed first")
            for name, one in times(session).items():
                minutes = [int(time.total_seconds() // 60) for time in (one.acknowledge, one.meet, one.claim)]
                click.echo(f"{name:<20} {minutes[0]:>11} {minutes[1]:>6} {minutes[2]:>6}  {'yes' * one.review_first}")
            for title, found in (
                ("decline reasons", decline_reasons(session).items()),
                ("emergency numbers", emergency_numbers(session)),
            ):
                click.echo(f"\n{title}")
                for name, words in found:
                    click.echo(f"{name:<20} {words.en} / {words.zh}")
            weights, known = weights_kept(session), vocabulary(session)
            for kind, names in names_of_kinds(list(known.services), list(known.roles)).items():
                click.echo(f"\n{kind}: {KINDS[kind].en}")
                for name in names:
                    click.echo(f"{name:<20} {weights.of(kind, name):>11g}")


@services.command("set")
@click.argument("name")
@click.option("--acknowledge", "acknowledge_minutes", type=int, help="Minutes until somebody has looked at a need.")
@click.option("--meet", "meet_minutes", type=int, help="Minutes until it is met. Both run from the report.")
@click.option("--claim", "claim_minutes", type=int, help="Minutes an organization's claim lasts.")
@click.option("--review-first/--publish-first", default=None, help="When neighbours see a need of a shared place.")
def set_times(name: str, **given: Any) -> None:
    """Change the times of a service.

    \b
    Example:
      linli services set medicine --acknowledge 30 --meet 480 --claim 60
    """
    changes = {column: value for column, value in given.items() if value is not None}
    if not changes:
        raise click.UsageError("say what to change; see --help")
    _change(lambda actions, session, *who: actions.set_times(session, name, changes, *who))


@services.command()
@click.argument("name")
@click.option("--en", help="The words in English.")
@click.option("--zh", help="The words in Chinese.")
@click.option("--remove", is_flag=True, help="Take it off the list.")
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
def reason(name: str, en: str | None, zh: str | None, remove: bool, yes: bool) -> None:
    """Add, change or remove a reason for declining, which the resident reads.

    \b
    Example:
      linli services reason too_far --en "It is too far away." --zh "距离太远。"
    """
    _word("reason", name, (en, zh), remove, yes)


@services.command()
@click.argument("number")
@click.option("--en", help="Who answers, in English.")
@click.option("--zh", help="Who answers, in Chinese.")
@click.option("--remove", is_flag=True, help="Take it off every page.")
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
def number(number: str, en: str | None, zh: str | None, remove: bool, yes: bool) -> None:
    """Add, change or remove a number to call in danger.

    \b
    Example:
      linli services number 12345 --en "city hotline" --zh "市民热线"
    """
    _word("number", number, (en, zh), remove, yes)


@services.command()
@click.argument("kind")
@click.argument("name")
@click.argument("weight", type=float)
def weight(kind: str, name: str, weight: float) -> None:
    """Change what need weighs when volunteers are planned; linli services list shows every weight.

    \b
    Example:
      linli services weight urgency urgent 4
      linli services weight lockdown sweep 2.5
    """
    from layers.planning import actions as planning

    _change(lambda _, session, *who: planning.set_weight(session, kind, name, weight, *who))


def _word(kind: str, name: str, words: tuple[str | None, str | None], remove: bool, yes: bool) -> None:
    from layers.text import Text

    if remove:
        if not yes:
            click.confirm(f"Remove {kind} {name} from every page?", abort=True)
        _change(lambda actions, session, *who: getattr(actions, f"remove_{kind}")(session, name, *who))
        return
    title = Text(*(one or "" for one in words))
    _change(lambda actions, session, *who: getattr(actions, f"put_{kind}")(session, name, title, *who))


def _change(job: Callable[..., None]) -> None:
    """Makes a change in one transaction."""
    from datetime import UTC, datetime

    from data.database import open_database
    from layers.actor import SYSTEM
    from layers.vocabulary import actions
    from webmap.settings import from_environment

    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.write() as session:
            job(actions, session, SYSTEM, datetime.now(UTC))
    click.echo("changed")
