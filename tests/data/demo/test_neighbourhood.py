"""The demo neighbourhood as a whole: the same again, and plainly synthetic."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from data.demo.neighbourhood import neighbourhood
from data.demo.rows import NeedRow, Row
from tests.data.demo.days import DAY, DAYS, NOON, filled, midnight

LAYERS = ("compounds", "checkpoints", "quarantine_zones", "supply_drops", "volunteer_shifts", "needs")
ROLES = ("volunteer", "coordinator", "community_official", "subdistrict_official")
ROLES += ("district_official", "city_official", "administrator")
DIGEST = """
import hashlib
from tests.data.demo.days import DAY, filled
place = filled()
rows = [list(row) for layer in {layers!r} for row in getattr(place, layer)]
print(hashlib.sha256(repr(rows).encode()).hexdigest())
"""


def rows_of(layer: str, place: object) -> Iterable[Row | NeedRow]:
    return getattr(place, layer)


def fresh_process(hash_seed: str) -> str:
    """What a process of its own makes of the day: a digest of every row."""
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [sys.executable, "-c", DIGEST.format(layers=LAYERS)],
        cwd=root,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_same_day_gives_the_same_rows_in_another_process() -> None:
    assert fresh_process("1") == fresh_process("2")


def test_filled_again_in_the_same_process_it_has_the_same_needs() -> None:
    assert neighbourhood(DAY, midnight(DAY) + NOON).needs == filled().needs


def test_two_days_share_the_place_and_differ_in_what_happens() -> None:
    one, other = filled(DAYS[0]), filled(DAYS[1])
    assert one.compounds == other.compounds
    assert one.streets == other.streets
    assert [need.values["words"] for need in one.needs if "words" in need.values][:50] != [
        need.values["words"] for need in other.needs if "words" in need.values
    ][:50]


def test_every_row_says_in_its_source_id_that_it_is_a_demo_and_no_two_say_the_same() -> None:
    for layer in LAYERS:
        ids = [row.values["source_id"] for row in rows_of(layer, filled())]
        assert ids
        assert len(set(ids)) == len(ids), layer
        assert all(one.startswith("demo-") for one in ids)


def test_area_codes_and_accounts_cannot_be_taken_for_real_ones() -> None:
    place = filled()
    assert all(area.code.startswith("999") for area in place.areas)
    assert len({area.code for area in place.areas}) == len(place.areas)
    assert [account.role for account in place.accounts] == list(ROLES)
    assert all(account.email.endswith("@example.org") for account in place.accounts)
    codes = {area.code: area.level for area in place.areas}
    for account in place.accounts:
        level = account.role.removesuffix("_official")
        assert codes.get(account.area, "") == (level if account.role.endswith("_official") else "")
    assert len(place.password) >= 12


def test_the_default_moment_is_the_end_of_the_day() -> None:
    assert neighbourhood(DAY).until == midnight(DAY) + timedelta(days=1)
