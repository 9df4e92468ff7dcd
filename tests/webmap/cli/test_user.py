"""`linli user` keeps the accounts of staff."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from data.database import open_database
from data.people import existing_account
from tests.webmap.people import sign_in
from webmap import create_app
from webmap.cli import main
from webmap.settings import Settings

LI = "li@linli.example.org"


@pytest.fixture
def linli(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs `linli` with these words over the test's store, `typed` on its standard input."""
    monkeypatch.setenv("LINLI_DATABASE_URL", settings.database_url)

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, list(words), input=typed)

    return run


def test_an_account_that_was_added_signs_in(linli: object, settings: Settings) -> None:
    said = linli("user", "add", LI, "--role", "coordinator", "--organization", "Blue Vests", typed="a long password\n")  # type: ignore[operator]
    app = create_app(settings)

    assert (said.exit_code, said.output) == (0, f"added {LI} as coordinator\n")
    assert sign_in(app.test_client(), LI, "a long password").status_code == 302
    app.extensions["linli"].database.close()


def test_a_password_that_was_made_is_said_once_and_opens_the_account(linli: object, settings: Settings) -> None:
    linli("user", "add", LI, "--role", "volunteer", "--generate")  # type: ignore[operator]
    said = linli("user", "password", LI, "--generate").output  # type: ignore[operator]
    password = said.split()[-1]
    app = create_app(settings)

    assert len(password) == 19
    assert sign_in(app.test_client(), LI, password).status_code == 302
    app.extensions["linli"].database.close()


def test_the_list_says_who_has_which_role_and_state(linli: object) -> None:
    linli("user", "add", LI, "--role", "coordinator", "--organization", "Blue Vests", "--generate")  # type: ignore[operator]
    linli("user", "add", "wu@linli.example.org", "--role", "volunteer", "--generate")  # type: ignore[operator]
    linli("user", "disable", "WU@linli.example.org")  # type: ignore[operator]

    assert linli("user", "list").output.splitlines() == [  # type: ignore[operator]
        f"{LI}\tcoordinator\tactive\tBlue Vests\tnever",
        "wu@linli.example.org\tvolunteer\tdisabled\t-\tnever",
    ]

    linli("user", "enable", "wu@linli.example.org")  # type: ignore[operator]
    assert "disabled" not in linli("user", "list").output  # type: ignore[operator]


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
    linli: object, settings: Settings, words: list[str], typed: str, line: str
) -> None:
    linli("user", "add", LI, "--role", "administrator", "--generate")  # type: ignore[operator]
    before = account(settings)

    said = linli("user", *words, typed=typed)  # type: ignore[operator]

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
