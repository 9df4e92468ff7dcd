"""`linli user` keeps the accounts of staff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from data.database import open_database
from data.people import existing_account
from tests.webmap.official import square
from tests.webmap.people import give_password, sign_in
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
        (
            ["add", "wu@x.org", "--role", "volunteer", "--area", "community:1"],
            "long enough\n",
            "linli: there is no area",
        ),
        (["invite", LI, "--role", "volunteer"], "", f"linli: there is already an account for {LI}"),
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


def test_a_duty_area_comes_from_loaded_areas_or_from_a_file_and_goes_again(linli: Linli, tmp_path: Path) -> None:
    areas, drawn = tmp_path / "areas.geojson", tmp_path / "duty.geojson"
    areas.write_text(collection(square(), name="桂花社区", code="330106005012"), encoding="utf-8")
    drawn.write_text(orjson.dumps(square()).decode(), encoding="utf-8")
    linli("load", "areas", str(areas), "--level", "community")

    linli("user", "add", LI, "--role", "community_official", "--area", "community:330106005012", "--generate")
    assert "\tcommunity:330106005012 桂花社区\t" in linli("user", "list").output

    said = linli("user", "change", LI, "--area-file", str(drawn))
    assert (said.exit_code, said.output) == (0, f"changed {LI}; answers for file:duty.geojson\n")

    linli("user", "change", LI, "--no-area")
    assert "\t-\t-\tnever" in linli("user", "list").output


def test_another_role_takes_a_duty_area_away_that_it_does_not_know(linli: Linli, tmp_path: Path) -> None:
    drawn = tmp_path / "duty.geojson"
    drawn.write_text(collection(square()), encoding="utf-8")
    linli("user", "add", LI, "--role", "community_official", "--area-file", str(drawn), "--generate")

    said = linli("user", "change", LI, "--role", "volunteer", "--organization", "Blue Vests")

    assert said.output == f"changed {LI}; answers for -\n"
    assert linli("user", "list").output.startswith(f"{LI}\tvolunteer\tactive\tBlue Vests\t-")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", "is not GeoJSON"),
        ("{}", "holds something that is no polygon"),
        ('{"type": "FeatureCollection", "features": []}', "holds no polygon"),
        ('{"type": "Point", "coordinates": [120, 30]}', "holds something that is no polygon"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]]]}', "the most allowed is 6,000 km²"),
    ],
)
def test_a_file_that_is_no_duty_area_is_one_line_and_changes_nothing(
    linli: Linli, tmp_path: Path, content: str, line: str
) -> None:
    drawn = tmp_path / "duty.geojson"
    drawn.write_text(content, encoding="utf-8")

    said = linli("user", "add", LI, "--role", "community_official", "--area-file", str(drawn), "--generate")

    assert (said.exit_code, said.output.count("\n")) == (2, 1)
    assert line in said.output
    assert linli("user", "list").output == ""


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--area", "community:1"], "linli: there is no area community:1"),
        (["--area", "330106"], "linli: 330106: write LEVEL:CODE"),
        (["--area", "x:1", "--area-file", "y"], "linli: --area and --area-file do not go together"),
        (["--area-file", "/nowhere.geojson"], "linli: /nowhere.geojson cannot be read"),
        (["--no-area", "--area", "x:1"], "linli: --no-area goes with no other area"),
        (["--role", "volunteer"], f"linli: {LI} is the last administrator"),
        ([], "linli: say what to change"),
    ],
)
def test_a_change_that_cannot_be_is_one_line(linli: Linli, settings: Settings, words: list[str], line: str) -> None:
    linli("user", "add", LI, "--role", "administrator", "--generate")
    before = account(settings)

    said = linli("user", "change", LI, *words)

    assert (said.exit_code, said.output.count("\n")) == (2, 1)
    assert said.output.startswith(line)
    assert account(settings) == before


def test_the_last_administrator_cannot_be_disabled(linli: Linli) -> None:
    linli("user", "add", LI, "--role", "administrator", "--generate")

    assert linli("user", "disable", LI).output.startswith(f"linli: {LI} is the last administrator")

    linli("user", "add", "wu@linli.example.org", "--role", "administrator", "--generate")
    assert linli("user", "disable", LI).exit_code == 0


def test_an_invitation_is_a_link_until_it_is_withdrawn(linli: Linli, make_app: MakeApp) -> None:
    link = linli("user", "invite", LI, "--role", "volunteer").stdout.strip()
    client = make_app().test_client()
    assert client.get(link).status_code == 200
    assert f"{LI}\tvolunteer\tinvited" in linli("user", "list").output

    assert linli("user", "uninvite", LI).exit_code == 0

    assert client.get(link).status_code == 410
    assert linli("user", "uninvite", LI).exit_code == 2


def test_a_lost_phone_is_replaced_at_the_next_sign_in(linli: Linli, make_app: MakeApp) -> None:
    linli("user", "add", LI, "--role", "district_official", typed="a long password\n")
    client = make_app().test_client()
    sign_in(client, LI, "a long password")
    assert client.get("/account").status_code == 200

    linli("user", "reset-second-factor", LI)

    assert client.get("/account").status_code == 302
    assert give_password(client, LI, "a long password").location == "/sign-in/set-up"


def collection(geometry: dict[str, Any], **properties: str) -> str:
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return orjson.dumps({"type": "FeatureCollection", "features": [feature]}).decode()


def account(settings: Settings) -> tuple[str, str, bool]:
    database = open_database(settings.database_url)
    try:
        with database.read() as session:
            found = existing_account(session, LI)
            return found.password, found.fs_uniquifier, found.active
    finally:
        database.close()
