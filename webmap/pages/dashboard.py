"""The dashboard: needs on a map and in an equal list, for those who decide about them."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps

from layers import catalogue
from layers.needs import LAYER
from layers.triage import queries
from layers.triage.rules import MOST_AT_ONCE
from layers.vocabulary.queries import decline_reasons, vocabulary
from webmap.access import allowed, current_actor, may
from webmap.maps.page_map import MapParts, page_map
from webmap.pages.map_files import drawn, language, map_files, static
from webmap.pages.map_measures import measures
from webmap.pages.map_start import where_people_live
from webmap.pages.moment import timeline_known
from webmap.pages.overview import overview
from webmap.pages.since import changes_since_looked
from webmap.pages.triage_words import AGES, triage_words
from webmap.service import service
from webmap.viewport import in_rfc3339

blueprint = Blueprint("dashboard", __name__)

#: The scripts of the page, fetched early and together.
MODULES = (
    "map/basemap", "map/classes", "map/features", "map/layers", "map/legend", "map/places", "map/room",
    "map/shapes", "map/shown", "map/tiles", "map/words", "triage/main", "triage/actions", "triage/address",
    "triage/arrivals", "triage/dialogs", "triage/filters", "triage/groups", "triage/keys", "triage/list",
    "triage/needs", "triage/overview", "triage/panel", "triage/pins", "triage/place_form", "triage/server",
    "triage/story", "triage/then", "triage/time_bar", "triage/undo",
)  # fmt: skip

#: What else is drawn: zones always, compounds for the names of places; the others at another moment than now.
LAYERS = ("quarantine_zones", "compounds", "checkpoints", "supply_drops", "volunteer_shifts")

#: Of these what is drawn now, beside the requests.
DRAWN_NOW = LAYERS[:2]


@blueprint.get("/dashboard")
@allowed("pages.dashboard")
def dashboard() -> str:
    """The page. Its needs the browser asks from the API; without scripts it leads to the plain list."""
    start = where_people_live()
    config = _config() | {"start": start and [[start.south, start.west], [start.north, start.east]]}
    return render_template(
        "dashboard.html",
        map=_map(start),
        config=config,
        written=htmlsafe_json_dumps(config, json.dumps, ensure_ascii=False, separators=(",", ":")),
        overview=overview(),
        measures=measures(internal=True),
        steps=((1, _("1 hour")), (6, _("6 hours")), (24, _("1 day")), (168, _("1 week"))),
        since=changes_since_looked(),
        plain=f"/dashboard/list?{urlencode(list(request.args.items(multi=True)))}",
    )


def _time() -> dict[str, str]:
    """The ends of the slider: it begins at the midnight before the first record, so that steps are hours of the day."""
    ends, zone = timeline_known(), service().zone
    first = datetime.combine(ends.first.astimezone(zone).date(), time(), zone)
    return {"first": in_rfc3339(first), "last": in_rfc3339(ends.last), "zone": zone.key}


def _map(start: Any) -> MapParts:
    files = map_files("triage/main.js", [f"{name}.js" for name in MODULES], cells=False)
    return page_map(files, start, (_("Map of the requests"), _("Zoom in"), _("Zoom out")))


def _config() -> dict[str, Any]:
    """What the scripts of the page are told, written into it as JSON."""
    actor = current_actor()
    with service().database.read() as session:
        services = vocabulary(session).services
        reasons = decline_reasons(session)
        organizations = queries.organizations(session)
        communities = queries.communities(session)
    return {
        "language": language().replace("_", "-"),
        "role": actor.role,
        "organization": actor.organization,
        "decides": may(actor, "needs.correct"),
        "claims": may(actor, "needs.claim") and bool(actor.organization),
        "most": MOST_AT_ONCE,
        "services": {name: title.in_language(language()) for name, title in services.items()},
        "states": {
            entry.value: {"title": entry.title.in_language(language()), "icon": entry.icon, "colour": entry.colour}
            for entry in LAYER.legend
        },
        "reasons": {name: title.in_language(language()) for name, title in reasons.items()},
        "organizations": organizations,
        "communities": communities,
        "ages": {name: title.in_language(language()) for name, (title, _hours) in AGES.items()},
        "age_hours": {name: hours for name, (_title, hours) in AGES.items()},
        "layers": [drawn(catalogue.layer(name), on=name in DRAWN_NOW) for name in LAYERS],
        "time": _time(),
        "urls": {
            "api": "/api/v1",
            "basemap": "/basemap.json",
            "icons": static("map/icons.svg"),
            "round": "/round",
            "protomaps": static("vendor/protomaps-leaflet/protomaps-leaflet.js"),
        },
        "words": triage_words(),
    }
