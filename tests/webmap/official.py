"""An official at work in a page of this site, and what officials put on the map."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from layers import catalogue, features
from layers.actor import SYSTEM
from layers.needs.record import Need

LNG, LAT = 120.12, 30.28
BOX = f"{LNG - 0.05},{LAT - 0.05},{LNG + 0.05},{LAT + 0.05}"

#: What the official answers for: all that is in the box.
DUTY = shapely.box(LNG - 0.05, LAT - 0.05, LNG + 0.05, LAT + 0.05)

#: Around the present moment, because the service answers for it.
NOW = datetime.now(UTC).replace(microsecond=0)


def in_a_page(client: FlaskClient) -> FlaskClient:
    """The same browser, whose requests come from a page of this site."""
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def later(hours: float) -> str:
    """A moment so many hours from now, as it is written on the wire."""
    return (NOW + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def square(lng: float = LNG, lat: float = LAT, side: float = 0.002) -> dict[str, Any]:
    """A square as GeoJSON, its south-western corner at the place."""
    ring = [(lng, lat), (lng + side, lat), (lng + side, lat + side), (lng, lat + side), (lng, lat)]
    return {"type": "Polygon", "coordinates": [ring]}


def point(lng: float = LNG, lat: float = LAT) -> dict[str, Any]:
    """A point as GeoJSON."""
    return {"type": "Point", "coordinates": [lng, lat]}


#: What each layer needs at least, and where it is.
LEAST: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "compounds": ({"name": "桂花苑", "households": 120, "population": 300}, square()),
    "checkpoints": ({"name": "东门"}, point()),
    "quarantine_zones": ({"name": "一号", "level": "lockdown"}, square()),
    "supply_drops": ({"name": "北门", "window_from": later(-1), "window_to": later(2)}, point()),
    "volunteer_shifts": (
        {"organization": "志愿队", "role": "delivery", "starts_at": later(-1), "ends_at": later(2), "places_wanted": 4},
        square(),
    ),
}


def feature(layer: str, geometry: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """A feature of a layer as the API takes it, with the least it needs and what is given."""
    values, usual = LEAST[layer]
    return {"type": "Feature", "geometry": geometry or usual, "properties": {**values, **properties}}


def put(client: FlaskClient, layer: str, geometry: dict[str, Any] | None = None, **properties: Any) -> int:
    """Puts a feature on the map, or changes the one of its source id; its number. A zone that is in force comes as
    from a file: through HTTP it takes two officials.
    """
    if layer == "quarantine_zones" and properties.get("state") not in ("proposed", "drafted"):
        return load(client.application, layer, geometry, **properties)
    answer = client.post(f"/api/v1/{layer}", json=feature(layer, geometry, **properties))
    assert answer.status_code in ((200, 201) if "source_id" in properties else (201,)), answer.get_data(as_text=True)
    return int(answer.get_json()["id"])


def load(app: Flask, layer: str, geometry: dict[str, Any] | None = None, **properties: Any) -> int:
    """Puts a feature on the map as a file does, whoever answers for the place; its number."""
    told = feature(layer, geometry, **properties)
    values = features.check(catalogue.layer(layer), told["properties"])
    incoming = features.Incoming(values, shapely.geometry.shape(told["geometry"]))
    with app.extensions["linli"].database.write() as session:
        return int(catalogue.actions(layer).put(session, [incoming], SYSTEM, datetime.now(UTC)).ids[0])


def report(client: FlaskClient, **need: Any) -> dict[str, Any]:
    """Reports a need; what the reporter is told, with the need's number, which only staff are told, as its `id`."""
    answer = client.post("/api/v1/needs", json={"lon": LNG, "lat": LAT, "service": "food", **need})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return {**found, "id": number_of(client.application, found["reference"])}


def number_of(app: Flask, reference: str) -> int:
    """The number of a need, which its reporter is not told."""
    with app.extensions["linli"].database.read() as session:
        return session.execute(select(Need.id).where(Need.reference == reference)).scalar_one()
