"""`linli plan`: where volunteers should stand, as lines and as JSON, and one clear line for what cannot be planned."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import select

from data.database import Database
from data.journal import JournalRow
from tests.data.extracts import Extract
from tests.layers.planning.streets import at, locked_compound, need
from tests.layers.town import fill
from webmap.cli import main

NOW = datetime.now(UTC)
FAR = 3000


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def plan(*words: str) -> dict[str, Any]:
    said = run("plan", "--json", *words)
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def street(store: Database) -> None:
    """Three places that ask for food, 5 points; a walled compound without a gate, 4 points."""
    just_now = {"reported_at": NOW - timedelta(minutes=5)}
    food = [need(at(0), urgency="urgent", **just_now), need(at(FAR), **just_now), need(at(-FAR), **just_now)]
    fill(store, [*food, *locked_compound(None)], NOW)


def test_the_json_holds_covered_and_bound_that_never_fall_posts_and_what_is_left(kept: Database) -> None:
    street(kept)

    found = [plan("--role", "delivery", "--volunteers", str(number)) for number in (1, 2, 3, 4, 5)]

    assert [one["covered"] for one in found] == [3, 4, 5, 5, 5]
    assert [one["bound"] for one in found] == [3, 4, 5, 5, 5]
    assert [one["next_adds"] for one in found] == [1, 1, 0, 0, 0]
    assert [[post["adds"] for post in one["posts"]] for one in found[:3]] == [[3], [3, 1], [3, 1, 1]]
    assert sum(post["volunteers"] for post in found[4]["posts"]) == 5
    assert {one["reason"] for one in found[0]["uncovered"]} == {"unreachable", "nobody"}
    assert {one["reason"] for one in found[4]["uncovered"]} == {"unreachable"}
    assert {one["near"] for one in found[4]["uncovered"]} == {"莲塘新村"}
    assert round(sum(one["shortfall"] for one in found[4]["uncovered"]), 2) == 4


def test_the_window_the_box_and_the_minutes_are_said_as_they_were_understood(kept: Database) -> None:
    street(kept)
    box = f"{at(-200).x},{at(0, -200).y},{at(200).x},{at(0, 200).y}"
    starts, ends = NOW + timedelta(hours=2), NOW + timedelta(hours=5)

    words = ("--from", starts.isoformat(), "--to", ends.isoformat(), "--bbox", box, "--minutes", "5")
    found = plan("--role", "delivery", "--volunteers", "2", *words)
    usual = plan("--role", "delivery", "--volunteers", "2")

    assert (found["covered"], found["shortfall"], found["minutes"]) == (3, 3, 5)
    assert (found["from"], found["to"]) == (f"{starts:%Y-%m-%dT%H:%M:%SZ}", f"{ends:%Y-%m-%dT%H:%M:%SZ}")
    assert found["bbox"] == [float(part) for part in box.split(",")]
    assert (usual["bbox"], usual["minutes"]) == (None, 10)
    long = datetime.fromisoformat(usual["to"]) - datetime.fromisoformat(usual["from"])
    assert long == timedelta(hours=4)


def test_people_read_lines_with_places_and_reasons(kept: Database) -> None:
    street(kept)

    said = run("plan", "--role", "delivery", "--volunteers", "2")

    assert said.exit_code == 0
    assert "adds 3" in said.stdout
    assert "莲塘新村: no open gate leads there" in said.stdout
    assert "covered 4 of 9 points; no plan covers more than 4; one volunteer more would add 1" in said.stdout


def test_where_nobody_asks_that_is_said_beside_an_empty_plan(kept: Database) -> None:
    said = run("plan", "--role", "care", "--volunteers", "3", "--json")

    content = json.loads(said.stdout)
    assert said.exit_code == 0
    assert said.stderr == "nobody asks for care there and then\n"
    assert [content[name] for name in ("covered", "bound", "posts", "uncovered")] == [0, 0, [], []]


BAD = [
    (("--volunteers", "0"), "at least one volunteer; it was 0"),
    (("--volunteers", "-3"), "at least one volunteer; it was -3"),
    (("--volunteers", "1000000"), "at most 10,000 volunteers"),
    (("--volunteers", "many"), "'many' is not a valid integer"),
    (("--role", "singing"), "there is no role 'singing'; there are care, delivery, gate, sweep, transport"),
    (("--minutes", "0"), "minutes on foot are 1 to 60; it was 0"),
    (("--minutes", "61"), "minutes on foot are 1 to 60; it was 61"),
    (("--bbox", "1,2,3"), "bbox takes four numbers"),
    (("--bbox", ""), "bbox takes four numbers"),
    (("--bbox", "3,2,1,4"), "west 3.0 is not less than east 1.0"),
    (("--from", "yesterday"), "from takes a moment such as"),
    (("--to", "2026-01-01T10:00"), "to takes a moment such as"),
    (("--from", "9999-12-31T23:59:59Z"), "from is too far away"),
    (("--to", "2020-01-01T12:00:00Z"), "the window is in the past"),
    (("--from", "2020-01-01T08:00:00Z", "--to", "2020-01-01T12:00:00Z"), "the window is in the past"),
    (("--from", "2100-01-02T00:00:00Z", "--to", "2100-01-01T00:00:00Z"), "the window ends before it starts"),
    (("--to", "2100-01-01T00:00:00Z"), "the window is longer than 7 days"),
]


def test_what_cannot_be_planned_is_one_line(kept: Database) -> None:
    for words, why in BAD:
        asked = {"--role": "delivery", "--volunteers": "2", **dict(zip(words[::2], words[1::2], strict=True))}

        said = run("plan", "--json", *(word for pair in asked.items() for word in pair))

        assert (said.exit_code, said.stdout) == (2, ""), words
        assert why in said.stderr
        lines = [line for line in said.stderr.splitlines() if line and not line.startswith(("Usage", "Try"))]
        assert len(lines) == 1


def test_weights_are_changed_shown_in_the_journal_and_tell_in_the_next_plan(kept: Database) -> None:
    street(kept)

    done = run("services", "weight", "urgency", "urgent", "7")

    assert (done.exit_code, done.output) == (0, "changed\n")
    assert "urgent                         7" in run("services", "list").output
    assert plan("--role", "delivery", "--volunteers", "1")["covered"] == 7
    with kept.read() as session:
        rows = session.execute(select(JournalRow.verb, JournalRow.details).where(JournalRow.layer == "planning")).all()
    assert [tuple(row) for row in rows] == [("set_weight", {"kind": "urgency", "name": "urgent", "weight": 7})]


def test_a_weight_that_cannot_be_is_one_line(kept: Database) -> None:
    for words, why in [
        (("colour", "red", "1"), "there is no kind of weight colour; there are urgency, service,"),
        (("urgency", "red", "1"), "urgency has no weight red; it has ordinary, urgent"),
        (("urgency", "urgent", "1001"), "a weight is a number from 0 to 1000"),
        (("urgency", "urgent", "nan"), "a weight is a number from 0 to 1000"),
    ]:
        said = run("services", "weight", *words)

        assert said.exit_code == 2
        assert why in said.stderr


def two_banks(*ways: tuple[tuple[float, float], tuple[float, float]], box_m: float = 1500) -> Extract:
    """An extract of a street on either bank of a river, 120 m apart, and other ways; in metres east and north."""
    west_south, east_north = at(-box_m, -box_m), at(box_m, box_m)
    extract = Extract((west_south.x, west_south.y, east_north.x, east_north.y))
    drawn = [((-600, 0), (600, 0)), ((-600, 120), (600, 120)), *ways]
    nodes = {place: extract.node((at(*place).x, at(*place).y)) for way in drawn for place in way}
    for way in drawn:
        extract.way_over([nodes[place] for place in way], {"highway": "residential"})
    extract.way([(at(east, 60).x, at(east, 60).y) for east in (-box_m, box_m)], {"waterway": "river"})
    return extract


def test_people_go_over_the_streets_that_were_loaded_and_over_a_river_on_a_bridge_only(
    kept: Database, tmp_path: Path
) -> None:
    just_now = {"reported_at": NOW - timedelta(minutes=5)}
    fill(kept, [need(at(100), **just_now), need(at(100, 120), **just_now), need(at(9000), **just_now)], NOW)
    asked = ("--role", "delivery", "--volunteers", "1", "--minutes", "6")
    here = (
        "--bbox",
        ",".join(str(side) for side in (at(-500, -500).x, at(-500, -500).y, at(500, 500).x, at(500, 500).y)),
    )
    before = plan(*asked, *here)

    said = run("load", "osm", str(two_banks().write(tmp_path / "town.osm")), "--only", "places")
    without_bridge = plan(*asked, *here)
    bridge = ((600, 0), (600, 120))
    run("load", "osm", str(two_banks(bridge).write(tmp_path / "town.osm")), "--only", "places")
    with_bridge = [plan(*asked, "--minutes", minutes, *here) for minutes in ("6", "12")]

    assert "streets: 2.4 km that people can walk along" in said.stdout
    assert (before["covered"], before["way"]) == (2, "open")
    assert (without_bridge["covered"], without_bridge["way"]) == (1, "streets")
    assert [one["covered"] for one in with_bridge] == [1, 2], "it is 600 m to the bridge"
    assert plan(*asked)["way"] == "both"
    assert "On foot over streets of OpenStreetMap, © OpenStreetMap contributors." in run("plan", *asked, *here).stdout


def test_outside_of_an_extract_a_plan_is_as_before(kept: Database, tmp_path: Path) -> None:
    street(kept)
    before = run("plan", "--role", "delivery", "--volunteers", "2")
    far = Extract((121.0, 31.0, 121.1, 31.1))
    far.way([(121.0, 31.0), (121.1, 31.1)], {"highway": "residential"})

    run("load", "osm", str(far.write(tmp_path / "far.osm")), "--only", "places")

    assert run("plan", "--role", "delivery", "--volunteers", "2").stdout == before.stdout
    assert "On foot over open ground: no streets are loaded here." in before.stdout
