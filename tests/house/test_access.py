"""Every route is in the table of who may do what, and the documents written from tables are fresh."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from tests.house.checkout import ROOT
from webmap import access, create_app, settings
from webmap.access import METRICS_TOKEN, PERMISSIONS, THIS_MACHINE, permission_of
from webmap.roles import EVERYONE, TITLES
from webmap.settings import Settings


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The whole application; the store behind it is never asked."""
    url = f"sqlite:///{tmp_path / 'never.sqlite'}"
    return create_app(Settings(database_url=url, secret_key="only-for-tests-0123456789-abcdefghijkl"))  # noqa: S106


def test_every_route_carries_a_mark_of_the_table(app: Flask) -> None:
    marks = {rule.rule: permission_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}

    assert {rule: mark for rule, mark in marks.items() if mark not in PERMISSIONS} == {}


def test_a_route_that_changes_something_is_not_marked_as_reading(app: Flask) -> None:
    changing = {
        rule.rule: permission_of(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    }

    assert {rule: mark for rule, mark in changing.items() if str(mark).endswith(".read")} == {}


def test_the_table_names_only_roles_and_circumstances_that_exist() -> None:
    known = {*EVERYONE, THIS_MACHINE, METRICS_TOKEN}

    assert {name: rule.who for name, rule in PERMISSIONS.items() if not set(rule.who) <= known} == {}
    assert all(rule.who and rule.lets for rule in PERMISSIONS.values())
    assert set(TITLES) == set(EVERYONE)


def test_every_setting_has_a_meaning() -> None:
    assert [one.name for one in fields(Settings) if not one.metadata.get("meaning")] == []


@pytest.mark.parametrize(("name", "source"), [("access", access), ("settings", settings)])
def test_a_document_written_from_a_table_is_fresh(name: str, source: object) -> None:
    kept = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")

    assert kept == source.as_markdown(), f"run: .venv/bin/python -m webmap.{name} > docs/{name}.md"  # type: ignore[attr-defined]
