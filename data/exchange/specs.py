"""What a field is, as far as files need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: text · whole (an integer) · number · moment · choice · texts (a list of text) · structure (JSON) · flag (yes or no) ·
#: hours (opening hours)
Kind = Literal["text", "whole", "number", "moment", "choice", "texts", "structure", "flag", "hours"]

GeometryKind = Literal["point", "polygon"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its name, titles in both languages, the names files give its column, and what its cells hold.

    choices: for kind "choice", each allowed value with the words that mean it (titles in both languages).
    hxl: its HXL tag, as in `#adm5+name`; empty for none.
    """

    name: str
    kind: Kind = "text"
    en: str = ""
    zh: str = ""
    aliases: tuple[str, ...] = ()
    hxl: str = ""
    required: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def titles(self) -> tuple[str, str]:
        """English and Chinese title; the bare name where there is none."""
        return self.en or self.name, self.zh or self.name
