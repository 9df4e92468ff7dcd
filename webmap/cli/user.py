"""`linli user`: accounts of staff."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from data import people
from data.database import Database, open_database
from webmap.cli import BadUse
from webmap.roles import STAFF
from webmap.settings import LANGUAGES


@click.group(epilog="Example: linli user add zhang@linli.example.org --role coordinator --organization 'Blue Vests'")
def user() -> None:
    """Accounts of staff. Residents have none."""


@contextmanager
def _store() -> Iterator[Database]:
    database = open_database()
    try:
        database.upgrade()
        yield database
    finally:
        database.close()


def _password(generate: bool) -> str:
    """The password typed twice, one line of standard input where nobody can type, or a new one."""
    if generate:
        return people.new_password()
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise BadUse("no password on standard input; type one in a terminal, or use --generate")
    return line


@user.command(
    epilog="Example: linli user add li@linli.example.org --role subdistrict_official --name 'Li Na' --generate"
)
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(STAFF), help="What the account may do (docs/access.md).")
@click.option("--name", default="", help="As it is shown to colleagues.")
@click.option("--organization", default="", help="The organization the person acts for.")
@click.option("--language", default="", type=click.Choice(("", *LANGUAGES)), help="Of the interface after sign-in.")
@click.option("--generate", is_flag=True, help="Make a password and print it once.")
def add(email: str, role: str, name: str, organization: str, language: str, generate: bool) -> None:
    """Add an account. The password is asked for, or read from standard input."""
    if "@" not in email.strip()[1:-1]:
        raise BadUse(f"{email!r} is not an email address")
    password = _password(generate)
    with _store() as database, database.write() as session:
        people.add_account(
            session,
            email,
            password,
            role,
            datetime.now(UTC),
            name=name,
            organization=organization,
            language=language,
        )
    click.echo(f"added {people.email_key(email)} as {role}" + (f", password {password}" if generate else ""))


@user.command("list", epilog="Example: linli user list")
def list_accounts() -> None:
    """List every account: address, role, state, organization, last use (UTC)."""
    with _store() as database, database.read() as session:
        for account in people.accounts(session):
            state = "demo" if account.is_demo else "active"
            seen = account.last_seen_at.strftime("%Y-%m-%d %H:%M") if account.last_seen_at else "never"
            roles = ",".join(role.name for role in account.roles)
            shown = (account.email, roles, state if account.active else "disabled", account.organization or "-", seen)
            click.echo("\t".join(shown))


@user.command(epilog="Example: linli user password li@linli.example.org --generate")
@click.argument("email")
@click.option("--generate", is_flag=True, help="Make a password and print it once.")
def password(email: str, generate: bool) -> None:
    """Set a new password. Whoever is signed in with the account has to sign in again."""
    new = _password(generate)
    with _store() as database, database.write() as session:
        people.set_password(people.existing_account(session, email), new)
    click.echo(f"new password for {people.email_key(email)}" + (f": {new}" if generate else ""))


@user.command(epilog="Example: linli user disable li@linli.example.org")
@click.argument("email")
def disable(email: str) -> None:
    """Close an account: nobody signs in with it, and its sessions end at once."""
    with _store() as database, database.write() as session:
        people.disable(people.existing_account(session, email))
    click.echo(f"disabled {people.email_key(email)}")


@user.command(epilog="Example: linli user enable li@linli.example.org")
@click.argument("email")
def enable(email: str) -> None:
    """Open a closed account again, with the password it had."""
    with _store() as database, database.write() as session:
        people.existing_account(session, email).active = True
    click.echo(f"enabled {people.email_key(email)}")
