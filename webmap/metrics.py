"""The service's own figures: how many requests each route answers, how, and how fast. No place, no person."""

from __future__ import annotations

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

#: Upper edges in seconds. The promises of the map lie between 5 ms (a kept tile) and 2.5 s (a city seen at once).
EDGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Figures:
    """What is counted in this process. With several workers each writes to PROMETHEUS_MULTIPROC_DIR (see serve)."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "linli_requests", "Requests answered.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "linli_request_seconds", "Time to an answer.", ("route",), registry=self._registry, buckets=EDGES
        )
        self._kinds: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, response: Response) -> Response:
        """Counts one answer under its route's pattern, never under the address that was asked for."""
        rule = request.url_rule
        route = rule.rule if rule else "none"
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        self.add(route, request.method, response.status_code, seconds)
        return response

    def add(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one answer of a route."""
        key = (route, method, status)
        if key not in self._kinds:  # kept, because finding a figure by its labels takes longer than counting
            self._kinds[key] = self._requests.labels(*key), self._seconds.labels(route)
        requests, times = self._kinds[key]
        requests.inc()
        times.observe(seconds)

    def text(self) -> bytes:
        """The figures of all workers in Prometheus' text form."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)
        return generate_latest(everyone)


def _begin() -> None:
    g.began = time.perf_counter()


def init_app(app: Flask) -> None:
    """Counts every request of this application."""
    figures = Figures()
    app.extensions["linli_figures"] = figures
    app.before_request(_begin)
    app.after_request(figures.count)
