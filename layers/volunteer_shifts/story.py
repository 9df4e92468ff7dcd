"""How what happened to a shift is told."""

from __future__ import annotations

from layers.description import Story
from layers.text import Text

STORY = Story(
    states={"open": Text("Takes place", "照常进行"), "cancelled": Text("Called off", "已取消")},
    moves={
        ("open", "cancelled"): Text("Called off", "已取消"),
        ("cancelled", "open"): Text("Taken back: it takes place after all", "撤回取消：照常进行"),
    },
    done={"create": Text("Published", "已发布")},
)
