"""How what happened to a checkpoint is told."""

from __future__ import annotations

from layers.description import Story
from layers.text import Text

STORY = Story(
    states={
        "planned": Text("Planned, not open yet", "计划中，尚未开放"),
        "open": Text("Open", "开放"),
        "closed": Text("Closed", "已关闭"),
    },
    moves={
        ("planned", "open"): Text("Opened", "已开放"),
        ("planned", "closed"): Text("Closed before it opened", "未开放即关闭"),
        ("open", "closed"): Text("Closed", "已关闭"),
        ("closed", "open"): Text("Opened again", "重新开放"),
    },
)
