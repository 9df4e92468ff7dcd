"""A step of the time slider over HTTP beside the same for now: the page with figures and rows, and a city's cells."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from benchmarks import servers, town
from benchmarks.measuring import write_table

#: How far back the slider is pushed first, and how far each step goes on.
BACK, STEP = timedelta(days=3), timedelta(hours=1)
STEPS = 15

#: The cells drawn over a city: those of resolution 8, about a kilometre across.
RES = 8


@dataclass
class Steps:
    """Collects the figures of one store over its sizes."""

    store: str
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def measure(self, ours: str, count: int, now: datetime) -> None:
        """One size: the first look back, then steps beside what is asked for now, in turns."""
        name, cookie = servers.session_cookie(ours).split(": ", 1)
        connection = http.client.HTTPConnection(urlsplit(ours).netloc)  # kept open: one process answers it all
        headers = {name: cookie}

        def seconds(*addresses: str) -> float:
            began = time.perf_counter()
            for address in addresses:
                connection.request("GET", address, headers=headers)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, (address, answer.status)
            return time.perf_counter() - began

        seconds(*_addresses(None))
        first = seconds(*_addresses(now - BACK))
        seen: list[tuple[float, ...]] = []
        for step in range(1, STEPS + 1):
            (page, cells), (page_now, cells_now) = _addresses(now - BACK + step * STEP), _addresses(None)
            seen.append((seconds(page), seconds(cells), seconds(page_now), seconds(cells_now)))
        connection.close()
        page, cells, page_now, cells_now = (statistics.median(times) * 1000 for times in zip(*seen, strict=True))
        ratio = (page + cells) / (page_now + cells_now)
        told = (f"{one:.0f}" for one in (first * 1000, page, cells, page_now, cells_now))
        self.rows.append((f"{count:,}", *told, f"{ratio:.2f}"))

    def lines(self) -> Iterator[str]:
        """The table of the store."""
        lines = [
            f"## A step of the time slider: {self.store}",
            "",
            f"Three days back, then {STEPS} steps of an hour; milliseconds. A step is the page of a moment and the "
            "cells of the city. The first look back of a process reads the record since then.",
            "",
        ]
        head = ("needs", "first look back", "page then", "cells then", "page now", "cells now",
                "step over now (promised 3 at 2,000,000)")  # fmt: skip
        write_table(lines, head, self.rows)
        yield from lines


def _addresses(at: datetime | None) -> tuple[str, str]:
    asked = {} if at is None else {"at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    box = f"{town.WEST},{town.SOUTH},{town.WEST + town.WIDTH},{town.SOUTH + town.HEIGHT}"
    cells = {"bbox": box, "res": RES, **asked}
    return f"/dashboard/moment?{urlencode(asked)}", f"/api/v1/cells?{urlencode(cells)}"
