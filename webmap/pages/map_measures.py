"""What a map can be shaded by, in the order of the list people choose from."""

from __future__ import annotations

from flask_babel import gettext as _

from layers import catalogue
from layers.vocabulary.queries import vocabulary
from webmap.pages.map_files import language
from webmap.service import service


def measures(internal: bool) -> list[dict[str, str]]:
    """Name, title and group of each measure, for staff or for everybody."""
    with service().database.read() as session:
        services = vocabulary(session).services
    groups = {True: _("Requests for help"), False: _("Places and people")}
    found = [{"name": "needs", "title": _("All open requests"), "group": groups[True]}]
    found += [
        {"name": f"services.{name}", "title": title.in_language(language()), "group": groups[True]}
        for name, title in services.items()
    ]
    if internal:
        found.append({"name": "urgent", "title": _("Urgent requests"), "group": groups[True]})
        found.append({"name": "gap", "title": _("Requests with nobody on duty"), "group": groups[True]})
    found += [
        {"name": measure.name, "title": measure.title.in_language(language()), "group": groups[False]}
        for measure in catalogue.measures()
        if measure.combine == "sum" and (internal or measure.public)
    ]
    return found
