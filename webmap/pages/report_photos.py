"""Photos sent with the form: each made anew, or told in words why not."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from layers.needs.additions import MOST_PHOTOS, Photo
from layers.needs.photos import MOST_BYTES_SENT, BadPhoto, made_anew

#: What a phone is asked for. iPhones turn their own format into JPEG when they read this.
ACCEPTED = "image/jpeg,image/png,image/webp"


def photos_of(sent: Sequence[FileStorage]) -> list[Photo]:
    """The photos of the form. Raises BadPhotos with words for whoever sent them."""
    chosen = [one for one in sent if one.filename]
    if len(chosen) > MOST_PHOTOS:
        raise BadPhotos(
            ngettext("At most %(num)s photo can be sent.", "At most %(num)s photos can be sent.", MOST_PHOTOS)
        )
    photos = []
    for number, one in enumerate(chosen, start=1):
        try:
            photos.append(made_anew(one.stream.read(MOST_BYTES_SENT + 1)))
        except BadPhoto as refused:
            raise BadPhotos(_("Photo %(number)s:", number=number) + " " + _words(refused.why)) from None
    return photos


class BadPhotos(Exception):
    """Photos cannot be taken; the text says why and what to do."""


def _words(why: str) -> str:
    return {
        "heic": _("it is in Apple’s HEIC format, which cannot be read here. Choose a JPEG, or send without it."),
        "too_large": _("it is too large. Choose a smaller one, or send without it."),
        "unreadable": _("it cannot be read as a photo. Choose a JPEG, PNG or WebP, or send without it."),
    }[why]
