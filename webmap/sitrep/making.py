"""Makes a report from a store: reads everything at one moment of the store, then writes it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from data.keeping import kept
from layers.situation.queries import situation
from webmap.service import zone_of
from webmap.sitrep.document import About, document

if TYPE_CHECKING:
    from data.database import Database
    from webmap.settings import Settings


def make(
    database: Database, settings: Settings, at: datetime, now: datetime, internal: bool, language: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> str:  # fmt: skip
    """The report of a moment as HTML, in `en` or `zh_Hans`. Raises BadInput where nothing is known of that moment."""
    zone = zone_of(settings)
    with database.snapshot() as session:
        told = situation(session, at, now, zone, internal, progress)
        streets, is_demo = kept(session, "demo_streets"), kept(session, "demo") is not None
    return document(told, About(language, zone, now, is_demo, streets))
