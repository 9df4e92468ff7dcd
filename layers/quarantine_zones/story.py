"""How what happened to a zone is told."""

from __future__ import annotations

from layers.description import Story
from layers.text import Text

STORY = Story(
    states={
        "drafted": Text("Draft", "草稿"),
        "proposed": Text("Waiting for a second official", "等待第二位工作人员批准"),
        "in_force": Text("In force", "生效中"),
        "lifted": Text("Lifted", "已解除"),
    },
    moves={
        ("drafted", "proposed"): Text("Proposed", "已提出"),
        ("proposed", "in_force"): Text("Put into force by a second official", "由第二位工作人员批准生效"),
        ("proposed", "drafted"): Text("Sent back: a draft again", "已退回为草稿"),
        ("in_force", "lifted"): Text("Lifted", "已解除"),
        ("lifted", "in_force"): Text("Taken back: in force after all", "撤回解除：继续生效"),
    },
    done={"create": Text("Entered", "已录入")},
)
