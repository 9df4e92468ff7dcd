"""`linli serve`: the map, for everyone who can reach this machine's address."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from webmap.cli import BadUse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: Two workers use two cores.
WORKERS = 2


@click.command(epilog="Example: linli serve --host 0.0.0.0 --port 8080 --workers 4")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option("--workers", default=WORKERS, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--reload", is_flag=True, help="One process that starts anew when a file changes, for development.")
def serve(host: str, port: int, workers: int, reload: bool) -> None:
    """Serve the map, with the schema up to date and a first publication before the first request."""
    from webmap.settings import from_environment

    settings = from_environment()
    listener = _listen(host, port)
    lines = _prepare(settings.database_url, not settings.production)

    from webmap.server import Plan, run
    from webmap.service import THREADS

    announcement = "\n".join((f"Linli is at {_address(host, listener)}", *lines))
    run(Plan(listener, 1 if reload else workers, THREADS, reload, announcement))


def _listen(host: str, port: int) -> socket.socket:
    """The socket to serve on. Raises BadUse when somebody else has the port, or the host is not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        raise BadUse(f"cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}") from None
    return listener


def _address(host: str, listener: socket.socket) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{listener.getsockname()[1]}"


def _prepare(database_url: str, with_demo: bool) -> list[str]:
    """Brings the schema up to date, publishes what is due; what to say of the demo, a line each."""
    from data.database import open_database
    from layers.publication.actions import publish_if_due

    database = open_database(database_url or None)
    try:
        database.upgrade()
        publish_if_due(database, datetime.now(UTC))
        with database.read() as session:
            return _demo_lines(session) if with_demo else []
    finally:
        database.close()


def _demo_lines(session: Session) -> list[str]:
    """One sign-in per role of the demo; nothing when the demo is not loaded."""
    from data.demo.neighbourhood import DEMO_PASSWORD
    from data.people import demo_accounts

    shown = [(account.roles[0].name, account.email) for account in demo_accounts(session)]
    if not shown:
        return []
    width = max(len(role) for role, _ in shown)
    return [
        f"Demo neighbourhood. On this machine, sign in with the password {DEMO_PASSWORD} as",
        *(f"  {role:<{width}}  {email}" for role, email in shown),
    ]
