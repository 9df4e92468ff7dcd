"""What one running application holds: its settings and its store, found again from any request."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from flask import current_app

from data.availability import StoreTrouble
from data.database import Database
from data.keeping import kept
from webmap.settings import Settings

#: How long the answer to "is the demo loaded" is believed. Longer saves a query a page, shorter shows the banner
#: sooner after `linli demo` has filled a store that is being served.
DEMO_BELIEVED_SECONDS = 15.0


@dataclass(slots=True)
class Service:
    """Kept in `app.extensions["linli"]`."""

    settings: Settings
    database: Database
    _demo: bool = field(default=False, repr=False)
    _demo_until: float = field(default=0.0, repr=False)

    def demo_loaded(self) -> bool:
        """Whether what is shown is the synthetic neighbourhood.

        False when the store cannot be asked: the page that says so must not fail over its own banner.
        """
        if time.monotonic() >= self._demo_until:
            try:
                with self.database.read() as session:
                    self._demo = kept(session, "demo") is not None
            except StoreTrouble:
                return False
            self._demo_until = time.monotonic() + DEMO_BELIEVED_SECONDS
        return self._demo


def service() -> Service:
    """The settings and store of the application that answers this request."""
    held: Service = current_app.extensions["linli"]
    return held
