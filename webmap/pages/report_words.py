"""What the form's script says, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from layers.needs.additions import MOST_PHOTOS


def script_words() -> dict[str, str | int]:
    """Texts by the names under which webmap/static/report asks for them; {…} is filled in there."""
    return {
        "sending": _("Sending…"),
        "noMap": _("The map did not come. Please name your compound."),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "locating": _("Looking for your position…"),
        "noPosition": _("Your position is not known. Tap the map, or name your compound."),
        "noCompound": _("outside every compound we know"),
        "place": _("Place: {name}."),
        "accurate": _("Known to within {metres} metres. If that is wrong, tap the right place."),
        "coarse": _("Your phone knows it only to within {metres} metres: please tap your building."),
        "mostPhotos": MOST_PHOTOS,
        "tooManyPhotos": ngettext("Only the first %(num)s is sent.", "Only the first %(num)s are sent.", MOST_PHOTOS),
        "photos": _("Photos: {count}, {size} kB to send."),
    }
