"""`linli user`: accounts of staff, what each answers for, and invitations."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from data import people
from data.database import Database, open_database
from layers.actor import Actor
from webmap.cli import BadUse
from webmap.roles import STAFF
from webmap.settings import LANGUAGES, from_environment
from webmap.staff import check_duty_area, give_role, role_of, signature

Command = TypeVar("Command", bound=Callable[..., Any])

#: Who changes an account from the command line, as the journal keeps it.
COMMAND_LINE = Actor("linli user", "administrator")


@click.group(epilog="Example: linli user add zhang@linli.example.org --role coordinator --organization 'Blue Vests'")
def user() -> None:
    """Accounts of staff. Residents have none."""


@contextmanager
def _store() -> Iterator[Database]:
    with open_database() as database:
        database.upgrade()
        yield database


def _by() -> people.By:
    return signature(COMMAND_LINE, datetime.now(UTC))


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


def _email(ctx: click.Context, param: click.Parameter, words: str) -> str:
    if not people.is_email(words):
        raise BadUse(f"{words!r} is not an email address")
    return words


def _areas(command: Command) -> Command:
    """The options with which a duty area is said."""
    for option in (
        click.option("--datum", type=click.Choice(("wgs84", "gcj02", "bd09")), default="wgs84", help="Of --area-file."),
        click.option("--area-file", type=click.Path(path_type=Path), help="Duty area: the polygons of a GeoJSON file."),
        click.option("--area", "areas", multiple=True, metavar="LEVEL:CODE",
                     help="Duty area: an area of linli load areas, as in community:330106005012; may be repeated."),
    ):  # fmt: skip
        command = option(command)
    return command


def _duty_area(session: Any, role: str, areas: tuple[str, ...], area_file: Path | None, datum: str) -> Any:
    """The duty area the options say, None where they say none."""
    if areas and area_file is not None:
        raise BadUse("--area and --area-file do not go together")
    defined = people.of_areas(session, areas) if areas else None
    if area_file is not None:
        defined = people.of_file(area_file, datum)
    check_duty_area(role, defined)
    return defined


@user.command(
    epilog="Example: linli user add li@linli.example.org --role community_official "
    "--area community:330106005012 --generate"
)
@click.argument("email", callback=_email)
@click.option("--role", required=True, type=click.Choice(STAFF), help="What the account may do (docs/access.md).")
@click.option("--name", default="", help="As it is shown to colleagues.")
@click.option("--organization", default="", help="The organization the person acts for.")
@click.option("--language", default="", type=click.Choice(("", *LANGUAGES)), help="Of the interface after sign-in.")
@_areas
@click.option("--generate", is_flag=True, help="Make a password and print it once.")
def add(email: str, role: str, name: str, organization: str, language: str, areas: tuple[str, ...],
        area_file: Path | None, datum: str, generate: bool) -> None:  # fmt: skip
    """Add an account. The password is asked for, or read from standard input.

    An official or administrator sets up a second factor at the first sign-in. Better than a password that two people
    know is an invitation: linli user invite.
    """
    password = _password(generate)
    by = _by()
    with _store() as database, database.write() as session:
        defined = _duty_area(session, role, areas, area_file, datum)
        account = people.add_account(
            session, email, password, role, by.at, name=name, organization=organization, language=language
        )
        people.note(session, account, "added", by, {"role": role})
        if defined is not None:
            people.define_duty_area(session, account, defined, by)
    click.echo(f"added {people.email_key(email)} as {role}" + (f", password {password}" if generate else ""))


@user.command(epilog="Example: linli user change li@linli.example.org --area subdistrict:330106005")
@click.argument("email")
@click.option("--role", type=click.Choice(STAFF), help="Ends the sessions of the account.")
@click.option("--name", help="As it is shown to colleagues.")
@click.option("--organization", help="The organization the person acts for.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the interface after sign-in.")
@_areas
@click.option("--no-area", is_flag=True, help="Take the duty area away.")
def change(email: str, role: str | None, areas: tuple[str, ...], area_file: Path | None, datum: str, no_area: bool,
           **named: str | None) -> None:  # fmt: skip
    """Change an account's role, duty area, name, organization or language; what is not given stays."""
    values = {column: value for column, value in named.items() if value is not None}
    if no_area and (areas or area_file is not None):
        raise BadUse("--no-area goes with no other area")
    if not (role or values or areas or area_file is not None or no_area):
        raise BadUse("say what to change: --role, --area, --area-file, --no-area, --name, --organization, --language")
    by = _by()
    with _store() as database, database.write() as session:
        account = people.existing_account(session, email)
        defined = _duty_area(session, role or role_of(account), areas, area_file, datum)
        if role is not None and role != role_of(account):
            give_role(session, account, role, by)
        if values:
            people.keep_fields(session, account.id, values)
            people.note(session, account, "named", by, {"changed": sorted(values)})
        if defined is not None or no_area:
            people.define_duty_area(session, account, defined, by)
        told = _answers_for(account)
    click.echo(f"changed {people.email_key(email)}; answers for {told}")


def _answers_for(account: people.Account) -> str:
    """The parts of the duty area with their names, "-" for none."""
    if account.duty_area is None:
        return "-"
    told = []
    for part in account.duty_area.parts:
        known_by_name = not part["area"].startswith("file:")
        told.append(f"{part['area']} {part['name']}" if known_by_name else part["area"])
    return ", ".join(told)


@user.command("list", epilog="Example: linli user list")
def list_accounts() -> None:
    """List every account: address, role, state, organization, duty area, second factor, last use (UTC).

    After them the invitations whose link still works, with the state "invited".
    """
    with _store() as database, database.read() as session:
        for account in people.accounts(session):
            state = "demo" if account.is_demo else "active"
            seen = account.last_seen_at.strftime("%Y-%m-%d %H:%M") if account.last_seen_at else "never"
            factor = "second factor" if account.totp_secret else "-"
            who = (
                account.email,
                role_of(account),
                state if account.active else "disabled",
                account.organization or "-",
            )
            click.echo("\t".join((*who, _answers_for(account), factor, seen)))
        for one in people.pending(session, datetime.now(UTC)):
            areas = ", ".join(part["area"] for part in one.parts or []) or "-"
            until = f"until {one.expires_at.strftime('%Y-%m-%d %H:%M')}"
            click.echo("\t".join((one.email, one.role, "invited", one.organization or "-", areas, "-", until)))


@user.command(epilog="Example: linli user invite li@linli.example.org --role district_official --area district:330106")
@click.argument("email", callback=_email)
@click.option("--role", required=True, type=click.Choice(STAFF), help="What the account will do (docs/access.md).")
@click.option("--name", default="", help="As it is shown to colleagues.")
@click.option("--organization", default="", help="The organization the person acts for.")
@click.option("--language", default="", type=click.Choice(("", *LANGUAGES)), help="Of the interface after sign-in.")
@_areas
def invite(email: str, role: str, name: str, organization: str, language: str, areas: tuple[str, ...],
           area_file: Path | None, datum: str) -> None:  # fmt: skip
    """Print a link with which the person chooses a password and has the account. It works once and for seven days.

    Pass it on so that nobody else reads it. Inviting the same address again makes the link before it worthless.
    """
    hosts = from_environment().hosts
    with _store() as database, database.write() as session:
        defined = _duty_area(session, role, areas, area_file, datum)
        made, token = people.invite(
            session, email, role, _by(), name=name, organization=organization, language=language, duty_area=defined
        )
        invited, until = made.email, made.expires_at
    if not hosts:
        click.echo("put the address of this installation before the path, as in https://linli.example.org", err=True)
    click.echo(f"invited {invited} as {role} until {until.strftime('%Y-%m-%d %H:%M')} UTC", err=True)
    click.echo(f"https://{hosts[0]}/invitation/{token}" if hosts else f"/invitation/{token}")


@user.command(epilog="Example: linli user uninvite li@linli.example.org")
@click.argument("email")
def uninvite(email: str) -> None:
    """Make the link of an invitation worthless before it was used."""
    by = _by()
    with _store() as database, database.write() as session:
        found = people.pending_of_email(session, email, by.at)
        if found is None:
            raise BadUse(f"there is no open invitation for {people.email_key(email)}")
        people.revoke(session, found.id, by)
    click.echo(f"withdrew the invitation of {people.email_key(email)}")


@user.command(epilog="Example: linli user password li@linli.example.org --generate")
@click.argument("email")
@click.option("--generate", is_flag=True, help="Make a password and print it once.")
def password(email: str, generate: bool) -> None:
    """Set a new password. Whoever is signed in with the account has to sign in again."""
    new = _password(generate)
    _do(email, "password_set", lambda account: people.set_password(account, new))
    click.echo(f"new password for {people.email_key(email)}" + (f": {new}" if generate else ""))


@user.command(epilog="Example: linli user disable li@linli.example.org")
@click.argument("email")
def disable(email: str) -> None:
    """Close an account: nobody signs in with it, and its sessions end at once."""
    _do(email, "disabled", people.disable)
    click.echo(f"disabled {people.email_key(email)}")


@user.command(epilog="Example: linli user enable li@linli.example.org")
@click.argument("email")
def enable(email: str) -> None:
    """Open a closed account again, with the password it had."""
    _do(email, "enabled", people.enable)
    click.echo(f"enabled {people.email_key(email)}")


@user.command("end-sessions", epilog="Example: linli user end-sessions li@linli.example.org")
@click.argument("email")
def end_sessions(email: str) -> None:
    """Sign somebody out everywhere; they can sign in again."""
    _do(email, "sessions_ended", people.end_sessions)
    click.echo(f"ended the sessions of {people.email_key(email)}")


@user.command("reset-second-factor", epilog="Example: linli user reset-second-factor li@linli.example.org")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Forget a second factor, for a lost phone: the next sign-in with the password sets up a new one."""
    _do(email, "second_factor_reset", people.reset_second_factor)
    click.echo(f"reset the second factor of {people.email_key(email)}; it is set up anew at the next sign-in")


def _do(email: str, verb: str, do: Callable[[people.Account], None]) -> None:
    """Does one thing to an account, and writes it to the journal."""
    with _store() as database, database.write() as session:
        account = people.existing_account(session, email)
        do(account)
        people.note(session, account, verb, _by(), {})
