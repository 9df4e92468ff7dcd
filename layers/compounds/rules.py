"""Compounds 小区: what one is, and the status that follows from the zones over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from layers.description import Contribution
from layers.feature_model import FeatureModel
from layers.text import titled

#: Households of one compound. The largest known residential compounds hold some 20,000; ten times that is an error.
MOST_HOUSEHOLDS = 200_000

#: Share of a compound's area that a zone must cover to count. Smaller overlaps are drawing errors along a shared wall.
LEAST_SHARE = 0.05

STATUS_BY_LEVEL = {"lockdown": "locked", "control": "controlled"}


class Feature(FeatureModel):
    """A residential compound with its outline."""

    name: str = titled(
        "Name", "小区名称", min_length=1, max_length=200, hxl="#loc+name",
        aliases=("title", "compound", "小区", "名称", "小区名", "楼盘", "query", "xiaoqu"),
    )  # fmt: skip
    aliases: list[str] = Field(
        default_factory=list,
        title="Other names",
        json_schema_extra={"title_zh": "别名", "aliases": ["alias", "又名"]},
    )
    households: int = titled(
        "Households", "户数", default=0, ge=0, le=MOST_HOUSEHOLDS, hxl="#population+hh",
        aliases=("hh", "总户数", "住户数"),
    )  # fmt: skip
    population: int = titled(
        "Population", "人口", default=0, ge=0, le=10 * MOST_HOUSEHOLDS, hxl="#population",
        aliases=("people", "pop", "人数", "常住人口"),
    )  # fmt: skip
    community: str | None = titled(
        "Community", "社区", default=None, max_length=200, hxl="#adm5", aliases=("居委会", "所属社区")
    )
    subdistrict: str | None = titled(
        "Subdistrict",
        "街道",
        default=None,
        max_length=200,
        hxl="#adm4",
        aliases=("street_level", "street", "town", "街镇"),
    )
    address: str | None = titled("Address", "地址", default=None, max_length=400, aliases=("addr", "详细地址"))


def contribution(row: Mapping[str, Any]) -> Contribution:
    """Households and population over the compound's cells."""
    return Contribution(amounts={"households": row["households"], "population": row["population"]})


def status_of(levels: list[str]) -> str:
    """open / controlled / locked, from the levels of the zones that hold over the compound."""
    for level in ("lockdown", "control"):
        if level in levels:
            return STATUS_BY_LEVEL[level]
    return "open"
