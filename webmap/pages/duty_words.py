"""Why somebody may not change what is there, in the reader's language; webmap.duty says who may."""

from __future__ import annotations

from flask_babel import gettext as _

from webmap.access import current_actor
from webmap.duty import BY_ORGANIZATION


def not_here() -> str:
    """What whoever is signed in is told where webmap.duty refuses a place or a feature."""
    if current_actor().role in BY_ORGANIZATION:
        return _("This carries the name of another organization.")
    return _("This place is not inside your duty area.")
