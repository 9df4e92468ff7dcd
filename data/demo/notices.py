"""Two notices that hold through the days of the demo: to a community whose water is off, and to a closed area."""

from __future__ import annotations

from datetime import date

from data.demo import names, town
from data.demo.chance import local_moment
from data.demo.places import communities
from data.demo.rows import Row
from data.demo.zones import ground

WATER, CLOSED = "01003", "听荷"


def notices(day: date) -> list[Row]:
    """The notices as rows: what an official writes, and the outline each is for."""
    community, english = next((name, english) for code, name, english, *_ in names.COMMUNITIES if code == WATER)
    water = {
        "source_id": "demo-notice-1",
        "kind": "water_power",
        "urgency": "later",
        "severity": "moderate",
        "certainty": "observed",
        "title_zh": "每日 9 时至 11 时停水（演示）",
        "title_en": "No water from 9 to 11 each day (demo)",
        "words_zh": f"{community}供水管道检修，每日 9 时至 11 时停水，请提前储水。"
        "行动不便者请在求助中说明，志愿者送水上门。",
        "words_en": f"The mains of {english} are repaired: no water from 9 to 11 each day. Please store some. "
        "If you cannot carry water, say so in a request: volunteers bring it to the door.",
        "area_name": community,
        "starts_at": local_moment(day, -1, 8),
        "ends_at": local_moment(day, 7, 0),
    }
    supplies = {
        "source_id": "demo-notice-2",
        "kind": "supplies",
        "urgency": "soon",
        "severity": "severe",
        "certainty": "observed",
        "title_zh": "封控期间物资送到楼下（演示）",
        "title_en": "During the lockdown supplies come to your building (demo)",
        "words_zh": "封控区内请勿前往卡点取物。每日 16 时起志愿者把物资送到各楼楼下，请听到通知后分批领取。"
        "急需药品请提交求助。",
        "words_en": "Please do not go to the gates for supplies. From 16:00 each day volunteers bring them to every "
        "building; come down when you are called. If you need medicine urgently, ask for it here.",
        "area_name": f"{CLOSED}封控区",
        "starts_at": local_moment(day, -4, 8),
        "ends_at": local_moment(day, 7, 0),
    }
    return [
        Row(water, town.to_wgs84(communities()[WATER])),
        Row(supplies, town.to_wgs84(ground(CLOSED, "lockdown"))),
    ]
