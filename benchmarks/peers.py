"""What people do today, and what this stack can do at most: bare Flask routes, served like Linli is.

`python -m gunicorn benchmarks.peers:app` with PEER_SQLITE, PEER_POSTGRES and PEER_BYTES in the environment.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import psycopg_pool
import pysqlite3.dbapi2 as sqlite3
from flask import Flask, Response, request

app = Flask(__name__)
_local = threading.local()
_kept: dict[str, object] = {}

HEXAGONS = """
SELECT json_agg(json_build_object(
  'i', h.i, 'j', h.j, 'n', h.n, 'geometry', ST_AsGeoJSON(ST_Transform(h.geom, 4326), 6)::json))
FROM (
  SELECT g.i, g.j, g.geom, count(*) AS n
  FROM ST_HexagonGrid(%(edge)s, ST_Transform(ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326), 3857)) AS g
  JOIN bench_points p ON ST_Intersects(p.geom, g.geom)
  GROUP BY g.i, g.j, g.geom
) h
"""


@app.get("/empty")
def empty() -> str:
    """Nothing but Flask."""
    return ""


@app.get("/bytes")
def from_memory() -> Response:
    """The bytes of one of our own answers, from memory: the limit."""
    which = request.query_string.decode()  # another query is another answer to keep
    if which not in _kept:
        _kept[which] = Path(os.environ["PEER_BYTES"]).read_bytes()
    return Response(_kept[which], mimetype="application/json")  # type: ignore[arg-type]


@app.get("/hexagons")
def hexagons() -> Response:
    """Points grouped by ST_HexagonGrid and ST_Intersects in PostGIS."""
    west, south, east, north = (float(part) for part in request.args["bbox"].split(","))
    named = {"w": west, "s": south, "e": east, "n": north, "edge": float(request.args["edge"])}
    with _pool().connection() as connection:
        row = connection.execute(HEXAGONS, named).fetchone()
    import orjson

    return Response(orjson.dumps(row[0] if row else None), mimetype="application/json")


@app.post("/insert-postgres")
def insert_postgres() -> tuple[str, int]:
    """One parameterised insert, committed, over psycopg."""
    body = request.get_json()
    with _pool().connection() as connection:
        connection.execute(
            "INSERT INTO bench_needs (lng, lat, service, contact) VALUES (%s, %s, %s, %s)",
            (body["lon"], body["lat"], body["service"], body["contact"]),
        )
    return "", 201


@app.post("/insert-sqlite")
def insert_sqlite() -> tuple[str, int]:
    """One parameterised insert, committed with full sync, over pysqlite3."""
    body = request.get_json()
    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = sqlite3.connect(os.environ["PEER_SQLITE"], timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO bench_needs (lng, lat, service, contact) VALUES (?, ?, ?, ?)",
        (body["lon"], body["lat"], body["service"], body["contact"]),
    )
    connection.execute("COMMIT")
    return "", 201


def _pool() -> psycopg_pool.ConnectionPool:
    if "pool" not in _kept:
        url = os.environ["PEER_POSTGRES"].replace("postgresql+psycopg://", "postgresql://")
        _kept["pool"] = psycopg_pool.ConnectionPool(url, min_size=1, max_size=8)
    return _kept["pool"]  # type: ignore[return-value]
