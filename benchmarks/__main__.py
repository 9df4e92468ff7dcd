"""`python -m benchmarks`: measures every promised speed, prints the growth curve, writes docs/performance.md.

`--sizes 10000,100000` measures smaller towns (quicker), `--stores sqlite` one store only.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click

from benchmarks import (
    cells_of_points,
    deciding,
    live,
    loading,
    map_reads,
    other_moments,
    planning,
    publishing,
    servers,
    shortfall,
    sitrep,
    town,
    triage_list,
    writing,
)
from benchmarks.measuring import results_file
from data.database import Database, open_database
from data.people import add_account
from tests.postgis import Cluster, own_cluster

SIZES = "10000,100000,200000,1000000,2000000"


@click.command()
@click.option("--sizes", default=SIZES, show_default=True, help="Needs in the store, smallest first.")
@click.option("--stores", default="sqlite,postgres", show_default=True)
@click.option("--write/--no-write", default=True, help="Write docs/performance.md.")
def main(sizes: str, stores: str, write: bool) -> None:
    """Measures and prints."""
    counts = sorted(int(size) for size in sizes.split(","))
    lines = _head()
    with own_cluster() as cluster, tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        _durable(cluster)
        _section(lines, cells_of_points.measure)
        _section(lines, planning.measure)
        for store in stores.split(","):
            with _store(store, cluster, Path(folder)) as (database, url, peer):
                _section(lines, lambda d=database, u=url, s=store, p=peer: _grow(d, u, s, p, counts))
                with servers.linli(url) as ours:
                    _section(lines, lambda s=store, o=ours, d=database: live.measure(s, o, d))
            _section(lines, lambda s=store: publishing.measure(s, _empty(s, cluster, Path(folder))))
            _section(lines, lambda s=store: triage_list.measure(s, _empty(s, cluster, Path(folder))))
            _section(lines, lambda s=store: deciding.measure(s, _empty(s, cluster, Path(folder))))
            _section(lines, lambda s=store: shortfall.measure(s, _empty(s, cluster, Path(folder))))
            _section(lines, lambda s=store: sitrep.measure(s, _empty(s, cluster, Path(folder))))
            _section(lines, lambda s=store: loading.measure(s, _empty(s, cluster, Path(folder)), Path(folder)))
    if write:
        results_file().write_text("\n".join(lines) + "\n")
        sys.stdout.write(f"written to {results_file().name}\n")


def _head() -> list[str]:
    return [
        "# How fast it is",
        "",
        "Written by `make bench`. Every figure is a median of alternating rounds; ratios compare what ran side by side",
        "in the same run. Absolute figures are of one shared machine and do not carry over.",
        "",
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()};",
        "two gunicorn workers (those of the bare routes with 8 threads each), wrk with one thread on the same cores.",
        "",
    ]


def _section(lines: list[str], measure: object) -> None:
    """Prints what a measurement says as soon as it is known: a run takes half an hour."""
    assert callable(measure)
    for line in measure():
        lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _grow(database: Database, url: str, store: str, peer: dict[str, str], counts: list[int]) -> Iterator[str]:
    now = town.this_moment()
    town.add_ground(database, now)
    known = 0
    reads = map_reads.Reads(store)
    writes = writing.Writes(store)
    steps = other_moments.Steps(store)
    for count in counts:
        town.add_needs(database, known, count, now)
        known = count
        sys.stdout.write(f"… {store}: {count:,} needs\n")
        sys.stdout.flush()
        map_reads.copy_points(database, peer["PEER_POSTGRES"])
        with servers.linli(url) as ours, servers.peers(peer) as bare:
            reads.measure(database, ours, bare, count, Path(peer["PEER_BYTES"]), peer["PEER_POSTGRES"])
            writes.measure(ours, bare, count)
            steps.measure(ours, count, now)
    yield from reads.lines()
    yield from writes.lines()
    yield from steps.lines()


@contextmanager
def _store(store: str, cluster: Cluster, folder: Path) -> Iterator[tuple[Database, str, dict[str, str]]]:
    url = _empty(store, cluster, folder)
    database = open_database(url)
    database.upgrade()
    with database.write() as session:
        add_account(session, servers.EMAIL, servers.PASSWORD, servers.ROLE, town.this_moment())
    peer = {
        "PEER_SQLITE": str(folder / f"peer-{store}.sqlite"),
        "PEER_POSTGRES": cluster.create_database(f"peer_{store}"),
        "PEER_BYTES": str(folder / "answer.json"),
    }
    Path(peer["PEER_BYTES"]).write_bytes(b"{}")
    writing.make_tables(peer)
    with nullcontext():
        yield database, url, peer
    database.close()


def _empty(store: str, cluster: Cluster, folder: Path) -> str:
    if store == "sqlite":
        return f"sqlite:///{folder / f'linli-{os.urandom(4).hex()}.sqlite'}"
    return cluster.create_database(f"bench_{os.urandom(4).hex()}")


def _durable(cluster: Cluster) -> None:
    """The cluster of the tests gives up durability for speed; what is measured here must not."""
    import psycopg

    with psycopg.connect(cluster.url("postgres", "superuser"), autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {name} = 'on'")
        connection.execute("SELECT pg_reload_conf()")


if __name__ == "__main__":
    main()
