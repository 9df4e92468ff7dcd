"""`linli services` changes what is promised, why needs are declined and whom to call; each change is in the journal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from data.database import Database
from data.journal import JournalRow
from layers.vocabulary.queries import decline_reasons, emergency_numbers, times
from webmap.cli import main


def run(*words: str, said: str = "") -> Result:
    return CliRunner().invoke(main, ["services", *words], input=said)


def test_times_are_changed_shown_and_in_the_journal(kept: Database) -> None:
    done = run("set", "medicine", "--acknowledge", "30", "--claim", "45", "--review-first")
    shown = run("list")

    assert (done.exit_code, done.output) == (0, "changed\n")
    with kept.read() as session:
        medicine = times(session)["medicine"]
        details = session.execute(select(JournalRow.details).where(JournalRow.layer == "vocabulary")).scalars().all()
    assert (medicine.acknowledge, medicine.claim, medicine.review_first) == (
        timedelta(minutes=30), timedelta(minutes=45), True,
    )  # fmt: skip
    assert details == [{"service": "medicine", "acknowledge_minutes": 30, "claim_minutes": 45, "review_first": True}]
    assert "medicine                      30    720     45  yes" in shown.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("set", "gold", "--claim", "5"), "there is no service gold; there are food,"),
        (("set", "food", "--claim", "0"), "claim_minutes is 1 to"),
        (("set", "food", "--meet", "5"), "before it is due to be acknowledged"),
        (("set", "food"), "say what to change"),
        (("reason", "new", "--en", "only English"), "words in both languages"),
        (("reason", "nothing", "--remove", "--yes"), "nothing is not on the list"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(kept: Database, words: tuple[str, ...], why: str) -> None:
    with kept.read() as session:
        before = times(session), decline_reasons(session)

    said = run(*words)

    assert said.exit_code == 2
    assert why in said.output
    with kept.read() as session:
        assert (times(session), decline_reasons(session)) == before


def test_reasons_and_numbers_are_added_and_taken_away_after_a_question(kept: Database) -> None:
    assert run("reason", "too_far", "--en", "Too far.", "--zh", "太远。").exit_code == 0
    assert run("number", "12345", "--en", "hotline", "--zh", "热线").exit_code == 0
    assert run("number", "119", "--remove", said="n\n").exit_code == 1
    assert run("number", "110", "--remove", said="y\n").exit_code == 0

    with kept.read() as session:
        assert list(decline_reasons(session))[-1] == "too_far"
        assert [number for number, _ in emergency_numbers(session)] == ["120", "119", "12345"]


def test_the_last_number_to_call_in_danger_stays(kept: Database) -> None:
    assert [run("number", one, "--remove", "--yes").exit_code for one in ("119", "110", "120")] == [0, 0, 2]
