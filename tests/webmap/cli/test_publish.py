"""`linli publish` does what is due: it publishes, and gives needs back whose claims have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from data.database import Database
from layers import catalogue, features
from layers.needs import actions
from tests.layers.town import OFFICIAL, crowd, fill
from webmap.cli import main


def test_a_claim_that_is_due_ends_and_one_that_is_not_goes_on(kept: Database) -> None:
    now = datetime.now(UTC)
    due, running = fill(kept, crowd(1, 2, now), now)["needs"]
    with kept.write() as session:
        actions.move(session, [due, running], "acknowledged", OFFICIAL, now)
        for one, minutes in ((due, -1), (running, 30)):
            until = now + timedelta(minutes=minutes)
            actions.move(session, [one], "assigned", OFFICIAL, now, organization="队", claim_until=until)

    said = CliRunner().invoke(main, ["publish"])

    assert (said.exit_code, said.output) == (0, "published\n")
    with kept.read() as session:
        found = [features.row_of(session, catalogue.layer("needs"), one) for one in (due, running)]
    assert [(row["state"], row["organization"], row["reason"]) for row in found] == [
        ("acknowledged", None, "lapsed"),
        ("assigned", "队", None),
    ]
