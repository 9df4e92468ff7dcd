"""`linli export`: a layer as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from webmap.cli import BadUse


@click.command(epilog="Example: linli export compounds compounds.gpkg --public")
@click.argument("layer_name", metavar="LAYER")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Only what the public may see; of needs, the cells last published.")
def export(layer_name: str, file: Path, public: bool) -> None:
    """Write LAYER to FILE: .geojson, .gpkg, .csv (with HXL tags) or .parquet, by its extension.

    The file appears whole or not at all. WGS 84, moments in UTC.
    """
    from data.database import open_database
    from data.exchange.reasons import Unreadable
    from layers import catalogue
    from layers.outflow import export_layer
    from webmap.cli.load_telling import language

    layer = catalogue.layer(layer_name)
    database = open_database()
    try:
        database.upgrade()
        count = export_layer(database, layer, file, public=public, at=datetime.now(UTC))
    except Unreadable as error:
        raise BadUse(error.reason.in_language(language())) from None
    finally:
        database.close()
    click.echo(f"{layer.name}: {count} rows in {file}")
