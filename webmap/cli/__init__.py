"""The command `linli`. Each command is a module of this folder, imported only when it is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

#: Every command: where it is, and its line in `linli --help`. The line is here too so that help imports nothing.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("webmap.cli.demo:demo", "Fill the store with the demo neighbourhood."),
        "serve": ("webmap.cli.serve:serve", "Serve the map."),
        "load": ("webmap.cli.load:load", "Load features, areas or an OpenStreetMap extract from a file."),
        "export": ("webmap.cli.export:export", "Write a layer to a file."),
        "cells": ("webmap.cli.cells:cells", "Show what holds in the cells of a box."),
        "plan": ("webmap.cli.plan:plan", "Show where volunteers should stand, and what stays uncovered."),
        "publish": ("webmap.cli.publish:publish", "Publish what the public may see."),
        "verify": ("webmap.cli.verify:verify", "Rebuild cell state and walk the journal, and say what differs."),
        "sitrep": ("webmap.cli.sitrep:sitrep", "Write the situation to one HTML file with a map."),
        "backup": ("webmap.cli.backup:backup", "Write the whole store to a file while it is being served."),
        "restore": ("webmap.cli.backup:restore", "Put a backup in place of the store."),
        "user": ("webmap.cli.user:user", "Accounts of staff."),
        "zones": ("webmap.cli.zones:zones", "What each level of a zone means, and when it can be lifted."),
        "services": (
            "webmap.cli.services:services",
            "Response times, reasons, emergency numbers, weights of need.",
        ),
        "purge": ("webmap.cli.purge:purge", "Delete what is private of needs that came to rest long ago."),
        "migrate": ("webmap.cli.migrate:migrate", "Bring the schema of the store up to date."),
    }
)


class Commands(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            line = line_of(error)
            if line is None:
                raise
            raise BadUse(line) from None


class BadUse(click.ClickException):
    """Bad use or bad input: one clear line, nothing changed, exit 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"linli: {self.format_message()}", file=file or sys.stderr)


def line_of(error: Exception) -> str | None:
    """The line for a person that an expected error carries; None for what should be seen with its traceback."""
    from data.availability import StoreAway, is_disk_full
    from data.people import AccountExists, BadDutyArea, LastAdministrator, NoAccount, WeakPassword
    from geo.coordinates import BadCoordinates
    from layers.errors import LinliError
    from webmap.settings import UnsafeSetting

    if isinstance(error, StoreAway):
        if is_disk_full(error):
            return "the disk is full"
        return f"the store cannot be reached: {getattr(error, 'orig', error)}".splitlines()[0]
    if isinstance(
        error,
        LinliError | BadCoordinates | UnsafeSetting | AccountExists | NoAccount | WeakPassword | BadDutyArea
        | LastAdministrator,
    ):  # fmt: skip
        return str(error)
    return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Linli: a participatory map of a neighbourhood in an emergency.

    \b
    A first look, with a made-up neighbourhood:
      linli demo
      linli serve
    """
