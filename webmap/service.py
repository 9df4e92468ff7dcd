"""What one running application holds: its settings and its store, found again from any request."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask import current_app

from data.availability import StoreTrouble
from data.database import Database
from data.keeping import kept
from layers.cell_state.past import Past
from layers.cell_state.present import Present
from layers.planning.kept_shortfall import KeptShortfall
from layers.text import Text
from layers.vocabulary.queries import emergency_numbers
from webmap.intake import Intake
from webmap.settings import Settings
from webmap.turnstile import given_up

#: How long the answer to "is the demo loaded" is believed. Longer saves a query a page, shorter shows the banner
#: sooner after `linli demo` has filled a store that is being served.
DEMO_BELIEVED_SECONDS = 15.0

#: Threads of one process. Most of them sleep, in streams of changes or over a slow phone: work takes turns.
THREADS = 200

#: How long the numbers to call in danger are believed. An administrator who changes one waits this long.
NUMBERS_BELIEVED_SECONDS = 60.0

#: Streams of changes at once in one process: half of its threads, so that the map always has the other half.
STREAMS = THREADS // 2


def zone_of(settings: Settings) -> ZoneInfo:
    """The zone of the settings."""
    return ZoneInfo(settings.timezone)


@dataclass(slots=True)
class Service:
    """Kept in `app.extensions["linli"]`."""

    settings: Settings
    database: Database
    stream_places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(STREAMS))
    intake: Intake = field(init=False)
    #: What held at other moments than now, for staff.
    past: Past = field(init=False)
    #: What nobody takes care of, for those who plan.
    shortfall: KeptShortfall = field(init=False)
    _presents: dict[bool, Present] = field(default_factory=dict, repr=False)
    _demo: bool = field(default=False, repr=False)
    _demo_until: float = field(default=0.0, repr=False)
    _numbers: list[tuple[str, Text]] = field(default_factory=list, repr=False)
    _numbers_until: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        self.database.while_waiting = given_up
        self.intake = Intake(self.database)
        self.past = Past(self.database, self.zone)
        self.shortfall = KeptShortfall(self.database, self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which opening hours are meant."""
        return zone_of(self.settings)

    @property
    def serving_key(self) -> bytes:
        """The key under which households served at drops are known. It follows from the secret key, so that it is in no
        store and no backup.
        """
        return hmac.new(self.settings.secret_key.encode(), b"households served at drops", hashlib.sha256).digest()

    @property
    def shift_key(self) -> bytes:
        """The key from which the links of shifts and the codes at their posts follow. In no store and no backup."""
        return hmac.new(self.settings.secret_key.encode(), b"links and codes of shifts", hashlib.sha256).digest()

    def present(self, internal: bool) -> Present:
        """What is true now, kept ready in this process, for staff or for the public."""
        if internal not in self._presents:
            self._presents[internal] = Present(self.database, self.zone, internal)
        return self._presents[internal]

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

    def numbers_to_call(self) -> list[tuple[str, Text]]:
        """The numbers to call in danger and who answers, most urgent first."""
        if time.monotonic() >= self._numbers_until:
            with self.database.read() as session:
                self._numbers = emergency_numbers(session)
            self._numbers_until = time.monotonic() + NUMBERS_BELIEVED_SECONDS
        return self._numbers


def service() -> Service:
    """The settings and store of the application that answers this request."""
    held: Service = current_app.extensions["linli"]
    return held
