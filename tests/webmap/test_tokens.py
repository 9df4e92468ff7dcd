"""The colours of tokens.css can be read: words on their ground, in light and in dark."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.house.checkout import ROOT

CSS = (ROOT / "webmap/static/tokens.css").read_text(encoding="utf-8")

WORDS = [
    ("ink", "ground"),
    ("ink", "paper"),
    ("ink-soft", "ground"),
    ("ink-soft", "paper"),
    ("accent", "ground"),
    ("accent", "paper"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("alarm", "alarm-ground"),
    ("notice", "notice-ground"),
    *[(f"zone-{level}", "paper") for level in ("lockdown", "control", "precaution")],
    *[(f"state-{state}", "paper") for state in ("planned", "waiting", "active", "open", "done", "closed", "urgent")],
]


def colours(selector: str) -> dict[str, str]:
    """The plain colours that the blocks of one selector set, the later over the earlier."""
    found: dict[str, str] = {}
    for block in re.findall(rf"(?:^|\n)\s*{re.escape(selector)} \{{(.*?)\}}", CSS, flags=re.DOTALL):
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    return found


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


LIGHT = colours(":root")
DARK = LIGHT | colours(':root[data-theme="dark"]')


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), WORDS, ids=lambda name: str(name))
def test_words_stand_out_from_their_ground(theme: dict[str, str], words: str, ground: str) -> None:
    assert contrast(theme[words], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_fields_and_the_focus_stand_out(theme: dict[str, str]) -> None:
    assert contrast(theme["line-strong"], theme["paper"]) >= 3
    assert min(contrast(theme["focus"], theme[ground]) for ground in ("paper", "ground")) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_five_classes_go_one_way(theme: dict[str, str]) -> None:
    steps = [luminance(theme[f"class-{number}"]) for number in range(1, 6)]

    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert all(max(one, other) / min(one, other) > 1.15 for one, other in pairwise(steps))


def test_dark_by_choice_and_dark_by_the_device_are_the_same() -> None:
    assert colours(':root[data-theme="dark"]') == colours(':root:not([data-theme="light"])')
