"""Words in both languages of the interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and simplified Chinese."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """The words in `language` (any tag that begins with zh is Chinese, everything else English)."""
        return self.zh if language.lower().startswith("zh") else self.en


def titled(en: str, zh: str, *, aliases: tuple[str, ...] = (), hxl: str = "", **constraints: Any) -> Any:
    """A pydantic Field with its title in both languages, the column names files use for it, and its HXL tag."""
    return Field(title=en, json_schema_extra={"title_zh": zh, "aliases": list(aliases), "hxl": hxl}, **constraints)
