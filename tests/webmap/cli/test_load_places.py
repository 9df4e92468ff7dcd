"""`linli load osm` and `linli load areas`: what they do, what they say, and that bad input changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from data.areas import AreaRow, put_areas
from data.database import Database, open_database
from layers import catalogue
from tests.data.extracts import Extract
from webmap.cli import main

BOX = (121.390, 31.090, 121.420, 31.120)
Run = Callable[..., Result]


@pytest.fixture
def base_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "instance" / "basemap.pmtiles"
    monkeypatch.setenv("LINLI_BASEMAP", str(path))
    return path


@pytest.fixture
def run(database_url: str, base_map: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `linli load …` over a store of the test's own."""
    monkeypatch.setenv("LINLI_DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(main, ["load", *map(str, words)])


@pytest.fixture
def store(database_url: str, run: Run) -> Iterator[Database]:
    database = open_database(database_url)
    database.upgrade()
    yield database
    database.close()


def quarter(**compound: str) -> Extract:
    extract = Extract(BOX)
    tags = {"landuse": "residential", "name": "向阳小区", **compound}
    extract.area(121.40, 31.10, 0.002, tags)
    extract.node((121.401, 31.10), {"barrier": "lift_gate"})
    extract.way([(121.39, 31.10), (121.42, 31.10)], {"highway": "primary", "name": "南浦路"})
    return extract


def rows(store: Database, layer: str) -> list[dict[str, object]]:
    with store.read() as session:
        table = catalogue.layer(layer).table
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


# ---- osm


def test_an_extract_gives_compounds_candidates_and_the_base_map(
    run: Run, store: Database, base_map: Path, tmp_path: Path
) -> None:
    said = run("osm", quarter().write(tmp_path / "quarter.osm"))
    assert said.exit_code == 0, said.output
    [compound] = rows(store, "compounds")
    assert (compound["name"], compound["households"]) == ("向阳小区", 0)
    assert "OpenStreetMap knows no households" in said.stdout
    [gate] = rows(store, "checkpoints")
    assert (gate["kind"], gate["state"], gate["compound"]) == ("compound_entrance", "planned", "向阳小区")
    assert base_map.read_bytes()[:7] == b"PMTiles"


def test_a_compound_is_put_in_the_community_it_lies_in(run: Run, store: Database, tmp_path: Path) -> None:
    with store.write() as session:
        around = AreaRow("community", "1", "清波门社区", geometry=shapely.box(*BOX))
        put_areas(session, [around], datetime.now(UTC))
    run("osm", quarter().write(tmp_path / "quarter.osm"), "--only", "places")
    assert [row["community"] for row in rows(store, "compounds")] == ["清波门社区"]


def test_loading_again_brings_new_names_and_undoes_nothing_that_people_did(
    run: Run, store: Database, tmp_path: Path
) -> None:
    run("osm", quarter().write(tmp_path / "quarter.osm"), "--only", "places")
    compounds, checkpoints = catalogue.layer("compounds").table, catalogue.layer("checkpoints").table
    with store.write() as session:
        session.execute(update(compounds).values(households=812, address="向阳路 8 号"))
        session.execute(update(checkpoints).values(state="open", passed=40))
    said = run("osm", quarter(name="向阳新村").write(tmp_path / "newer.osm"), "--only", "places")
    assert said.exit_code == 0, said.output
    [compound] = rows(store, "compounds")
    assert (compound["name"], compound["households"], compound["address"]) == ("向阳新村", 812, "向阳路 8 号")
    [gate] = rows(store, "checkpoints")
    assert (gate["state"], gate["passed"]) == ("open", 40)
    again = run("osm", tmp_path / "newer.osm", "--only", "places")
    assert "compounds: found 1, created 0, updated 0, unchanged 1" in again.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an extract",
        quarter().text()[:-40].encode(),
        Extract(BOX).text().encode(),
        b'<?xml version="1.0"?><osm version="0.6"></osm>',
    ],
    ids=["empty file", "something else", "cut short", "nothing in its box", "nothing at all"],
)
def test_a_bad_extract_is_one_clear_line_and_changes_nothing(
    run: Run, store: Database, base_map: Path, tmp_path: Path, content: bytes
) -> None:
    base_map.parent.mkdir()
    base_map.write_bytes(b"the one before")
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(content)
    said = run("osm", path)
    assert said.exit_code == 2
    assert said.stderr.startswith("linli: ")
    assert said.stderr.count("\n") == 1
    assert base_map.read_bytes() == b"the one before"
    assert rows(store, "compounds") == rows(store, "checkpoints") == []


def test_a_base_map_that_cannot_be_written_is_one_clear_line_and_changes_nothing(
    run: Run, store: Database, base_map: Path, tmp_path: Path
) -> None:
    base_map.parent.write_text("a file where the folder should be")
    said = run("osm", quarter().write(tmp_path / "quarter.osm"))
    assert said.exit_code == 2
    assert said.stderr.startswith("linli: the base map was not made: ")
    assert rows(store, "compounds") == []


def test_a_dry_run_of_an_extract_says_what_is_there_and_changes_nothing(
    run: Run, store: Database, base_map: Path, tmp_path: Path
) -> None:
    said = run("osm", quarter().write(tmp_path / "quarter.osm"), "--dry-run")
    assert "compounds: found 1, created 1" in said.stdout
    assert "dry run: nothing was changed" in said.stdout
    assert rows(store, "compounds") == []
    assert not base_map.exists()


def test_only_the_base_map_leaves_the_places_alone_and_the_other_way_round(
    run: Run, store: Database, base_map: Path, tmp_path: Path
) -> None:
    path = quarter().write(tmp_path / "quarter.osm")
    run("osm", path, "--only", "basemap")
    assert base_map.exists()
    assert rows(store, "compounds") == []
    base_map.unlink()
    run("osm", path, "--only", "places")
    assert not base_map.exists()
    assert len(rows(store, "compounds")) == 1


# ---- areas


def test_areas_are_loaded_and_counted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("code,name\n330102001051,清波门社区\n330102001052,定安路社区\n", encoding="utf-8")
    said = run("areas", path, "--level", "community")
    assert said.exit_code == 0
    assert "rows read 2, loaded 2, repaired 0, rejected 0" in said.stdout
    assert "2 without an outline" in said.stdout
    assert "name <- name ?" in said.stderr


def test_a_rejected_row_is_told_and_the_exit_says_in_part(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("code,name\n1,one\n1,again\n", encoding="utf-8")
    said = run("areas", path, "--level", "duty")
    assert said.exit_code == 1
    assert "rejected line 3: the id “1” stands already in line 2 of this file" in said.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("none.csv", "--level", "duty"), "none.csv"),
        (("areas.csv", "--level", "planet"), "planet"),
        (("areas.csv",), "--level"),
        (("areas.csv", "--level", "duty", "--field", "name"), "write OURS=COLUMN"),
        (("areas.csv", "--level", "duty", "--field", "name=Nobody"), "no column Nobody"),
    ],
    ids=["no such file", "no such level", "no level", "half a field", "no such column"],
)
def test_bad_use_of_load_areas_is_exit_2_with_the_reason(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "areas.csv").write_text("code,name\n1,one\n", encoding="utf-8")
    said = run("areas", *words)
    assert said.exit_code == 2
    assert why in said.stderr
