"""`linli load`: features, areas or an OpenStreetMap extract from a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from webmap.cli import BadUse
from webmap.settings import Settings, variable

#: What is loaded otherwise than a layer's features: by module and command.
OTHERS = {"areas": "webmap.cli.load_areas:areas", "osm": "webmap.cli.load_osm:osm"}


class Loads(click.Group):
    """`load LAYER FILE` for every layer of the catalogue, `load areas` and `load osm`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from layers import catalogue

        return [*(layer.name for layer in catalogue.layers()), *OTHERS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OTHERS:
            module, _, name = OTHERS[cmd_name].partition(":")
            command: click.Command = getattr(import_module(module), name)
            return command
        return _command(cmd_name) if cmd_name in self.list_commands(ctx) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from layers import catalogue

        with formatter.section("What to load"):
            formatter.write_dl(
                [(layer.name, f"{layer.about.en} {layer.title.zh}") for layer in catalogue.layers()]
                + [
                    ("areas", "Administrative areas, province down to community, and duty areas."),
                    ("osm", "Compounds, checkpoint candidates and the base map from an OpenStreetMap extract."),
                ]
            )


@click.group(
    cls=Loads,
    subcommand_metavar="LAYER FILE [OPTIONS]",
    epilog="Example: linli load compounds compounds.geojson --field name=title --datum gcj02",
)
def load() -> None:
    """Load a file into a layer: any vector file GDAL reads, or CSV / XLSX with coordinates (docs/loading.md)."""


_EXAMPLES = {
    "compounds": "linli load compounds compounds.geojson --field name=title",
    "checkpoints": "linli load checkpoints sites.csv --datum gcj02 --field lng=gdlng --field lat=gdlat",
    "quarantine_zones": "linli load quarantine_zones zones.csv --geometry-from compounds.name --snapshots date",
    "needs": "linli load needs calls.csv --field service=kind --value service:买菜=food --value 'service:*=supplies'",
}


def _command(layer_name: str) -> click.Command:
    """The command that loads one layer; made when it is asked for, because layers are found, not listed."""
    example = _EXAMPLES.get(layer_name, f"linli load {layer_name} {layer_name}.csv --dry-run")

    @click.command(layer_name, epilog=f"Example: {example}")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--layer", "layer_in_file", metavar="NAME", help="Which layer or sheet of the file.")
    @click.option("--datum", type=click.Choice(("wgs84", "gcj02", "bd09")), help="Of the coordinates. [wgs84]")
    @click.option("--field", "given", metavar="OURS=COLUMN", multiple=True, callback=_fields,
                  help="The column of a field; also lng, lat, wkt. An empty column leaves the field out.")  # fmt: skip
    @click.option("--value", "values", metavar="FIELD:THEIRS=OURS", multiple=True, callback=_values,
                  help="What a word of the file means here. * is any other word, nothing an empty cell.")  # fmt: skip
    @click.option("--geometry-from", metavar="LAYER.FIELD", help="Rows without a place are found by name there.")
    @click.option("--snapshots", metavar="COLUMN", help="The column with the list's date: rows become intervals.")
    @click.option("--encoding", help="Of the text; found out when not given.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
    def command(file: Path, given: Mapping[str, str], **options: Any) -> None:
        _run(layer_name, file, fields=given, zone=_zone(), **options)

    command.help = f"Load {layer_name.replace('_', ' ')} from FILE. Exit 0 all rows, 1 some rejected, 2 unreadable."
    return command


def _fields(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if wrong := next((one for one, (name, sign, _) in zip(given, pairs, strict=True) if not name or not sign), None):
        raise BadUse(f"--field {wrong}: write OURS=COLUMN, as in --field name=小区名称")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _values(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = {}
    for one in given:
        name, colon, rest = one.partition(":")
        theirs, sign, ours = rest.rpartition("=")
        if not (name and colon and sign):
            raise BadUse(f"--value {one}: write FIELD:THEIRS=OURS, as in --value level:封控区=lockdown")
        values.setdefault(name.strip(), {})[theirs.strip()] = ours.strip()
    return values


def _zone() -> ZoneInfo:
    default = str(next(one.default for one in fields(Settings) if one.name == "timezone"))
    name = os.environ.get(variable("timezone"), "").strip() or default
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        raise BadUse(f"{variable('timezone')} is a zone such as Asia/Shanghai, not {name!r}") from None


def _run(layer_name: str, file: Path, **options: Any) -> None:
    from data.database import open_database
    from data.exchange.reasons import Unreadable
    from layers import catalogue
    from layers.actor import Actor
    from layers.intake import load as load_file
    from layers.intake_plan import Options
    from webmap.cli.load_telling import Telling

    asked = Options(**options)
    layer = catalogue.layer(layer_name)
    database = open_database()
    telling = Telling(layer)
    try:
        database.upgrade()
        with telling:
            report = load_file(
                database, layer, file, asked, telling, Actor("linli load", "administrator"), lambda: datetime.now(UTC)
            )
    except Unreadable as error:
        raise BadUse(error.reason.in_language(telling.language)) from None
    finally:
        database.close()
    telling.tell(report, asked.dry_run)
    if report.rejected or report.stopped:
        raise SystemExit(1)
