"""What a notice is: its words, its degrees in the terms of CAP 1.2 (OASIS, 2010), its limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from shapely.geometry.base import BaseGeometry

from geo.covers import Cover, TooLarge, cover
from geo.shapes import BadShape
from layers.errors import BadInput
from layers.text import Text

#: Square kilometres a notice may be for. A prefecture such as Hangzhou has 16,850; more is not a neighbourhood's.
LARGEST_KM2 = 20_000

#: Days a notice may hold: what holds longer is a rule, not a notice, and nobody reads an old one.
LONGEST = timedelta(days=60)

#: Characters of a title and of the words: a phone's screen, and a page.
TITLE_LONGEST, WORDS_LONGEST, AREA_LONGEST = 120, 3000, 200

Kind = Literal["epidemic", "supplies", "water_power", "traffic", "safety", "weather", "other"]
Urgency = Literal["at_once", "soon", "later", "over"]
Severity = Literal["extreme", "severe", "moderate", "minor"]
Certainty = Literal["observed", "likely", "possible"]


@dataclass(frozen=True, slots=True)
class Term:
    """A choice: what people read, and what CAP calls it."""

    words: Text
    cap: str


#: `category` of CAP.
KINDS: Mapping[str, Term] = {
    "epidemic": Term(Text("Epidemic control", "疫情防控"), "Health"),
    "supplies": Term(Text("Supplies and services", "物资与服务"), "Other"),
    "water_power": Term(Text("Water, power, heating", "水电供暖"), "Infra"),
    "traffic": Term(Text("Traffic", "交通"), "Transport"),
    "safety": Term(Text("Safety", "安全"), "Safety"),
    "weather": Term(Text("Weather", "天气"), "Met"),
    "other": Term(Text("Something else", "其他"), "Other"),
}
URGENCIES: Mapping[str, Term] = {
    "at_once": Term(Text("Act at once", "立即行动"), "Immediate"),
    "soon": Term(Text("Act within the hour", "一小时内行动"), "Expected"),
    "later": Term(Text("There is time", "时间充裕"), "Future"),
    "over": Term(Text("It is over", "已经结束"), "Past"),
}
SEVERITIES: Mapping[str, Term] = {
    "extreme": Term(Text("Danger to life", "危及生命"), "Extreme"),
    "severe": Term(Text("Serious", "严重"), "Severe"),
    "moderate": Term(Text("Disturbs daily life", "影响生活"), "Moderate"),
    "minor": Term(Text("Good to know", "提示"), "Minor"),
}
CERTAINTIES: Mapping[str, Term] = {
    "observed": Term(Text("It is so", "已确定"), "Observed"),
    "likely": Term(Text("Likely", "很可能"), "Likely"),
    "possible": Term(Text("Possible", "有可能"), "Possible"),
}


class Draft(BaseModel):
    """What an official writes. Title and words in one language at least, each language whole."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: Kind
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    title_en: str = Field(default="", max_length=TITLE_LONGEST)
    title_zh: str = Field(default="", max_length=TITLE_LONGEST)
    words_en: str = Field(default="", max_length=WORDS_LONGEST)
    words_zh: str = Field(default="", max_length=WORDS_LONGEST)
    area_name: str = Field(min_length=1, max_length=AREA_LONGEST)
    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.title_en) != bool(self.words_en) or bool(self.title_zh) != bool(self.words_zh):
            raise ValueError("a title needs words in its language, and words a title")
        if not (self.title_en or self.title_zh):
            raise ValueError("a notice needs a title and words in one language at least")
        if not self.starts_at < self.ends_at or self.ends_at - self.starts_at > LONGEST:
            raise ValueError(f"a notice ends after it starts, and within {LONGEST.days} days")
        return self


def cover_of(outline: BaseGeometry) -> Cover:
    """The cells of an area that a notice may be for. Raises BadInput for one that is empty or too large."""
    try:
        return cover(outline, LARGEST_KM2)
    except (TooLarge, BadShape) as error:
        raise BadInput(str(error), [{"field": "area", "reason": str(error)}]) from error


def holds(message: str, starts_at: datetime, ends_at: datetime, replaced_at: datetime | None, at: datetime) -> bool:
    """Whether a message tells people something at a moment: not before its time, nor after it, nor once replaced."""
    return message != "cancel" and starts_at <= at < ends_at and (replaced_at is None or replaced_at > at)
