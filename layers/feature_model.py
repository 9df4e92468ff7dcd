"""What the schemas of all layers share."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from layers.text import titled


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
    valid_from: AwareDatetime | None = titled(
        "Valid from",
        "生效时间",
        default=None,
        aliases=("from", "start", "start_date", "开始时间", "生效日期"),
        hxl="#date+start",
    )
    valid_to: AwareDatetime | None = titled(
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
