"""What the schemas of all layers share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, model_validator

from layers.text import titled

#: Years of moments, the last one excluded; those of files (data.exchange.moments), which rules may not import.
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def _of_our_time(moment: datetime) -> datetime:
    if not EARLIEST_YEAR <= moment.year < LATEST_YEAR:
        raise ValueError(f"a moment lies in the years {EARLIEST_YEAR} to {LATEST_YEAR - 1}; leave out one for ever")
    return moment


#: A moment of a feature. Other years are slips of the hand, and a day before the first of all days cannot be told.
FeatureMoment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]


class FeatureModel(BaseModel):
    """A feature as it comes in. Unknown fields are refused, text is stripped, intervals must begin before they end."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=False)

    source_id: str | None = titled(
        "Source id",
        "来源编号",
        default=None,
        max_length=200,
        aliases=("id", "code", "编号", "编码", "代码", "unique key", "unique id", "流水号", "fid"),
    )
    valid_from: FeatureMoment | None = titled(
        "Valid from",
        "生效时间",
        default=None,
        aliases=("from", "start", "start_date", "开始时间", "生效日期"),
        hxl="#date+start",
    )
    valid_to: FeatureMoment | None = titled(
        "Valid to",
        "失效时间",
        default=None,
        aliases=("to", "end", "end_date", "结束时间", "解除时间"),
        hxl="#date+end",
    )

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError("the interval ends before it starts: valid_from must be earlier than valid_to")
        return self
