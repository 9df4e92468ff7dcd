"""How a report says words, numbers, moments and distances in its language, outside of any request."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from babel.support import NullTranslations

from layers.text import Text

#: How a moment is written: with its year, for a column of days, and for a column of moments of these weeks.
PATTERNS = {
    "en": {"full": "d MMMM yyyy, HH:mm", "day": "EEE d MMM, HH:mm", "short": "d MMM, HH:mm", "date": "d MMM",
           "time": "HH:mm"},
    "zh": {"full": "yyyy年M月d日 HH:mm", "day": "M月d日 EEE HH:mm", "short": "M月d日 HH:mm", "date": "M月d日",
           "time": "HH:mm"},
}  # fmt: skip


class Writing:
    """How a report says words, numbers and moments in its language."""

    def __init__(self, language: str, zone: ZoneInfo, translations: NullTranslations) -> None:
        self.language, self.translations = language, translations
        self._zone, self._patterns = zone, PATTERNS[language[:2]]

    def gettext(self, words: str) -> str:
        """The translation of words that stand in the catalogue."""
        return str(self.translations.gettext(words))

    def words(self, text: Text) -> str:
        """A pair of words."""
        return text.in_language(self.language)

    def number(self, value: float) -> str:
        """A number with its thousands apart."""
        return str(format_decimal(value, locale=self.language))

    def moment(self, moment: datetime | None, pattern: str = "short") -> str:
        """A moment in the service's own zone; nothing for none."""
        if moment is None:
            return ""
        return str(format_datetime(moment, self._patterns[pattern], tzinfo=self._zone, locale=self.language))

    def window(self, starts: datetime, ends: datetime) -> str:
        """From when to when; the day of the end only where it is another one."""
        is_one_day = starts.astimezone(self._zone).date() == ends.astimezone(self._zone).date()
        return f"{self.moment(starts)} – {self.moment(ends, 'time' if is_one_day else 'short')}"

    def distance(self, metres: float) -> str:
        """Metres to two leading digits, kilometres from 1,000 on: as static/map/words.js."""
        step = 10 ** max(0, len(str(int(metres))) - 2)
        rounded = round(metres / step) * step
        if rounded < 1000:
            return self.gettext("{count} m").format(count=self.number(rounded))
        return self.gettext("{count} km").format(count=self.number(rounded / 1000))
