"""linli zones: what each level of a zone means to those behind it, and what lifting waits for."""

from __future__ import annotations

from typing import Any

import click

WORDS = {"leave": "May I leave?", "delivery": "Who brings what I need?", "call": "Whom do I call?"}
DAYS = {
    "case": "days without a case",
    "contact": "days since the last contact",
    "negative": "days that a test of everybody counts",
}


@click.group()
def zones() -> None:
    """Words and days of the levels lockdown, control and precaution.

    \b
    Example:
      linli zones list
    """


@zones.command("list")
def list_all() -> None:
    """Show what each level means, in both languages, and what lifting waits for.

    \b
    Example:
      linli zones list
    """
    from data.database import open_database
    from layers.quarantine_zones.queries import level_rules
    from webmap.settings import from_environment

    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.read() as session:
            for level, rules in level_rules(session).items():
                click.echo(level)
                for name in WORDS:
                    words = getattr(rules, name)
                    click.echo(f"  {name:<9} {words.en} / {words.zh}")
                for name, title in DAYS.items():
                    click.echo(f"  {name:<9} {rules.days.get(name, 'not asked')} {title}")  # type: ignore[call-overload]


@zones.command("set")
@click.argument("level")
@click.option("--leave-en", help="May I leave? In English.")
@click.option("--leave-zh", help="The same in Chinese.")
@click.option("--delivery-en", help="Who brings what I need? In English.")
@click.option("--delivery-zh", help="The same in Chinese.")
@click.option("--call-en", help="Whom do I call? In English.")
@click.option("--call-zh", help="The same in Chinese.")
@click.option("--case-days", type=int, help="Days without a case; -1: not asked.")
@click.option("--contact-days", type=int, help="Days since the last contact; -1: not asked.")
@click.option("--negative-days", type=int, help="Days that a test of everybody counts; -1: not asked.")
def set_level(level: str, **given: Any) -> None:
    """Change what a level means. Residents read it at once.

    \b
    Example:
      linli zones set lockdown --case-days 7 --contact-days 7
    """
    from datetime import UTC, datetime

    from data.database import open_database
    from layers.actor import SYSTEM
    from layers.quarantine_zones.actions import LIMITS
    from layers.quarantine_zones.actions import set_level as change
    from webmap.settings import from_environment

    changes = {
        column: None if column in LIMITS and value == -1 else value
        for column, value in given.items()
        if value is not None
    }
    if not changes:
        raise click.UsageError("say what to change; see --help")
    with open_database(from_environment().database_url or None) as database:
        database.upgrade()
        with database.write() as session:
            change(session, level, changes, SYSTEM, datetime.now(UTC))
    click.echo("changed")
