"""How what happened to a drop is told."""

from __future__ import annotations

from layers.description import Story
from layers.text import Text

STORY = Story(
    states={
        "planned": Text("Planned", "计划中"),
        "in_transit": Text("In transit", "运输中"),
        "delivered": Text("Delivered", "已送达"),
        "distributed": Text("Distributed", "已发放"),
        "cancelled": Text("Cancelled", "已取消"),
    },
    moves={
        ("planned", "in_transit"): Text("On its way", "已出发"),
        ("in_transit", "delivered"): Text("Delivered", "已送达"),
        ("delivered", "distributed"): Text("Distributed: the drop is over", "已发放完毕"),
        ("in_transit", "planned"): Text("Taken back: not on its way after all", "撤回：尚未出发"),
        ("delivered", "in_transit"): Text("Taken back: not delivered after all", "撤回：尚未送达"),
        ("distributed", "delivered"): Text("Taken back: not over after all", "撤回：尚未发放完毕"),
        ("planned", "cancelled"): Text("Called off", "已取消"),
        ("in_transit", "cancelled"): Text("Called off", "已取消"),
        ("cancelled", "planned"): Text("Planned again", "恢复计划"),
    },
    done={
        "create": Text("Listed", "已登记"),
        "arrived": Text("There so far:", "目前已到："),
        "left_over": Text("Left over:", "剩余："),
        "serve_taken_back": Text("Taken back that a household was served", "撤回一户的领取记录"),
    },
)
