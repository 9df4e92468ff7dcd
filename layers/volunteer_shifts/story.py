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
    done={
        "create": Text("Published", "已发布"),
        "make_link": Text("A link for volunteers was made", "已生成志愿者报名链接"),
        "wait": Text("Somebody went on the waiting list", "有人进入候补名单"),
        "give_up": Text("A place was given up; nobody is missing by it", "有人放弃名额，人数不变"),
        "hand_on": Text("A place was handed on", "有人转让名额"),
        "read_contact": Text("Names and contacts were read", "查看了姓名与联系方式"),
        "check_in": Text("Somebody came", "有人签到"),
        "check_out": Text("Somebody went", "有人签退"),
        "check_whole": Text("Somebody was there all the time", "登记有人全程在岗"),
        "check_undo": Text("Taken back: somebody was not there", "撤回：登记的人不在岗"),
    },
)
