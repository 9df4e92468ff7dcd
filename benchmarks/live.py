"""A pin sent, until it is on a hundred other dashboards: 50 pins a second, every dashboard with an open stream."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import orjson
from sqlalchemy import select

from benchmarks import servers
from benchmarks.measuring import write_table
from data.database import Database
from layers.needs.record import Need

DASHBOARDS, PINS_A_SECOND, SECONDS = 100, 50, 15

#: Seconds after the last pin in which the last dashboards may still hear of it; later counts as never.
PATIENCE = 5.0

_FEATURE = re.compile(rb'"feature":(\d+)')


def measure(store: str, ours: str, database: Database) -> Iterator[str]:
    """The table of one store."""
    cookie = servers.session_cookie(ours)
    began, heard, streams = asyncio.run(_run(ours, cookie))
    with database.read() as session:  # a stream names needs by number; who reports one is told its reference alone
        named = session.execute(select(Need.id, Need.reference).where(Need.reference.in_(list(began))))
        sent = {number: began[reference] for number, reference in named}
    waits = sorted(at - sent[pin] for pins in heard for pin, at in pins.items() if pin in sent)
    missing = len(sent) * streams - len(waits)
    lines = [f"## A pin on other dashboards: {store}", ""]
    lines += [
        f"{DASHBOARDS} dashboards, {PINS_A_SECOND} pins a second for {SECONDS} s; from sending to hearing of it.",
        "",
    ]
    row = (
        f"{len(sent):,}",
        f"{streams}",
        f"{statistics.median(waits) * 1000:.0f} ms",
        f"{waits[int(len(waits) * 0.95)] * 1000:.0f} ms",
        f"{waits[-1] * 1000:.0f} ms",
        f"{missing:,}",
    )
    write_table(
        lines, ("pins", "streams open", "median", "95th percentile (promised 1,000 ms)", "last", "missed"), [row]
    )
    yield from lines


async def _run(address: str, cookie: str) -> tuple[dict[str, float], list[dict[int, float]], int]:
    """When each pin was sent, by reference, and by dashboard when it was heard of; how many dashboards had a stream."""
    host, port = urlsplit(address).hostname or "", urlsplit(address).port or 0
    heard: list[dict[int, float]] = [{} for _ in range(DASHBOARDS)]
    opened = [asyncio.get_running_loop().create_future() for _ in range(DASHBOARDS)]
    listeners = [
        asyncio.create_task(_listen(host, port, cookie, pins, ready)) for pins, ready in zip(heard, opened, strict=True)
    ]
    streams = sum(await asyncio.gather(*opened))
    sent: dict[str, float] = {}
    began = time.perf_counter()
    senders = []
    for number in range(PINS_A_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / PINS_A_SECOND - time.perf_counter()))
        senders.append(asyncio.create_task(_send(host, port, number, sent)))
    await asyncio.gather(*senders)
    await asyncio.sleep(PATIENCE)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    return sent, heard, streams


async def _listen(host: str, port: int, cookie: str, pins: dict[int, float], ready: asyncio.Future[bool]) -> None:
    """One dashboard. Its future says whether it got a stream."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET /api/v1/changes HTTP/1.1\r\nHost: {host}:{port}\r\n{cookie}\r\n\r\n".encode())
        status = await reader.readline()
        ready.set_result(b" 200 " in status)
        while part := await reader.read(65536):
            now = time.perf_counter()
            for pin in _FEATURE.findall(part):
                pins.setdefault(int(pin), now)
    finally:
        writer.close()


async def _send(host: str, port: int, number: int, sent: dict[str, float]) -> None:
    """One phone, on a connection of its own."""
    content = {"lon": 120.2 + number % 97 * 0.002, "lat": 30.2, "service": "food", "contact": f"live-{number}"}
    body = orjson.dumps(content)
    head = f"POST /api/v1/needs HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    sent[orjson.loads(answer.partition(b"\r\n\r\n")[2])["reference"]] = began
