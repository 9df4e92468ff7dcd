"""`linli user` keeps the accounts of staff."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from data.database import open_database
from data.people import existing_account
from tests.webmap.people import sign_in
from webmap.cli import main
from webmap.settings import Settings

Linli = Callable[..., Result]
MakeApp = Callable[..., Flask]

LI = "li@linli.example.org"


@pytest.fixture
def linli(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Linli:
    """Runs `linli` with these words over the test's store, `typed` on its standard input."""
    monkeypatch.setenv("LINLI_DATABASE_URL", settings.database_url)

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, list(words), input=typed)

    return run


def test_an_account_that_was_added_signs_in(linli: Linli, make_app: MakeApp) -> None:
    said = linli("user", "add", LI, "--role", "coordinator", "--organization", "Blue Vests", typed="a long password\n")
    app = make_app()

    assert (said.exit_code, said.output) == (0, f"added {LI} as coordinator\n")
    assert sign_in(app.test_client(), LI, "a long password").status_code == 302


def test_a_password_that_was_made_is_said_once_and_opens_the_account(linli: Linli, make_app: MakeApp) -> None:
    linli("user", "add", LI, "--role", "volunteer", "--generate")
    said = linli("user", "password", LI, "--generate").output
    password = said.split()[-1]
    app = make_app()

    assert len(password) == 19
    assert sign_in(app.test_client(), LI, password).status_code == 302


def test_the_list_says_who_has_which_role_and_state(linli: Linli) -> None:
    linli("user", "add", LI, "--role", "coordinator", "--organization", "Blue Vests", "--generate")
    linli("user", "add", "wu@linli.example.org", "--role", "volunteer", "--generate")
    linli("user", "disable", "WU@linli.example.org")

    assert linli("user", "list").output.splitlines() == [
        f"{LI}\tcoordinator\tactive\tBlue Vests\t-\t-\tnever",
        "wu@linli.example.org\tvolunteer\tdisabled\t-\t-\t-\tnever",
    ]

    linli("user", "enable", "wu@linli.example.org")
    assert "disabled" not in linli("user", "list").output


@pytest.mark.parametrize(
    ("words", "typed", "line"),
    [
        (["add", LI, "--role", "volunteer"], "a long password\n", f"linli: there is already an account for {LI}"),
        (["add", "wu@x.org", "--role", "volunteer"], "short\n", "linli: a password has at least 10 characters"),
        (["add", "wu@x.org", "--role", "volunteer"], "", "linli: no password on standard input"),
        (["add", "nobody", "--role", "volunteer", "--generate"], "", "linli: 'nobody' is not an email address"),
        (["disable", "nobody@x.org"], "", "linli: there is no account for nobody@x.org"),
        (["password", "nobody@x.org", "--generate"], "", "linli: there is no account for nobody@x.org"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    linli: Linli, settings: Settings, words: list[str], typed: str, line: str
) -> None:
    linli("user", "add", LI, "--role", "administrator", "--generate")
    before = account(settings)

    said = linli("user", *words, typed=typed)

    assert said.exit_code == 2
    assert said.output.startswith(line) and said.output.count("\n") == 1
    assert account(settings) == before


def account(settings: Settings) -> tuple[str, str, bool]:
    database = open_database(settings.database_url)
    try:
        with database.read() as session:
            found = existing_account(session, LI)
            return found.password, found.fs_uniquifier, found.active
    finally:
        database.close()
