"""English or simplified Chinese: asked for in the address, kept in a cookie, else what the browser prefers.

The catalogue is read from its text form (`messages.po`) when the first page needs it, so there is no compiled copy to
forget or to fall behind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, request
from flask_babel import Babel, Domain, format_decimal, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from layers.text import Text
from webmap.service import service
from webmap.settings import LANGUAGES

TRANSLATIONS = Path(__file__).resolve().parent / "translations"
COOKIE = "linli_language"
COOKIE_LIFE = timedelta(days=365)

#: What each language calls itself, as the switch shows it.
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文"}


class Catalogue(Domain):
    """The messages of one language, read from `translations/<language>/LC_MESSAGES/messages.po`."""

    def get_translations(self) -> NullTranslations:
        language = str(get_locale())
        if language not in self.cache:
            self.cache[language] = read_catalogue(language)
        found: NullTranslations = self.cache[language]
        return found

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """As Flask-Babel's, with the number written as readers of the language write it: 8,609."""
        form: str = self.get_translations().ungettext(singular, plural, num)
        return form % {"num": format_decimal(num), **variables}


def read_catalogue(language: str) -> NullTranslations:
    """The translations of one language; for English, whose words are in the source, none."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def init_app(app: Flask) -> None:
    """Two languages on every page, and the names templates use for them."""
    babel = Babel(app, locale_selector=chosen_language, default_timezone=app.extensions["linli"].settings.timezone)
    babel.domain_instance = Catalogue()
    app.jinja_env.filters["words"] = words
    names: dict[str, Any] = app.jinja_env.globals
    names["ngettext"] = _with_written_number(names["ngettext"])
    app.context_processor(_template_names)
    app.after_request(_keep_choice)


def _with_written_number(ngettext: Callable[..., Any]) -> Callable[..., Any]:
    """What templates call as `ngettext`, with the number written as in Catalogue.ngettext."""

    @pass_context
    def written(context: Context, singular: str, plural: str, num: int, **variables: Any) -> Any:
        return ngettext(context, singular, plural, num, **{"num": format_decimal(num), **variables})

    return written


def chosen_language() -> str:
    """`en` or `zh_Hans`: ?lang=, else the cookie, else the browser's first of the two, else the setting."""
    for asked in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if language := language_of_tag(asked or ""):
            return language
    for tag, _quality in request.accept_languages:
        if language := language_of_tag(tag):
            return language
    return service().settings.language


def language_of_tag(tag: str) -> str | None:
    """The language of ours that a tag such as `zh-CN`, `zh_Hans` or `en-GB` asks for; None for any other."""
    prefix = tag.replace("_", "-").split("-")[0].lower()
    return {"en": "en", "zh": "zh_Hans"}.get(prefix)


def words(text: Text) -> Markup | str:
    """A pair of words in the language of this page; `{{ text | words }}` in a template."""
    return text.in_language(str(get_locale()))


def language_tag() -> str:
    """For the `lang` attribute: `en` or `zh-Hans`."""
    return str(get_locale()).replace("_", "-")


def _template_names() -> dict[str, Any]:
    return {"language_tag": language_tag, "language_switch": language_switch}


def language_switch() -> list[dict[str, Any]]:
    """One entry a language: its own name, its tag, where to find this page in it, and whether it is shown now."""
    shown = str(get_locale())
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return [
        {
            "name": OWN_NAMES[language],
            "tag": language.replace("_", "-"),
            "url": f"{request.path}?{urlencode([*rest, ('lang', language)])}",
            "shown": language == shown,
        }
        for language in LANGUAGES
    ]


def _keep_choice(response: Response) -> Response:
    """Keeps what a person chose in the address of a page. Nobody gets this cookie who did not choose."""
    if response.mimetype != "text/html":
        return response
    asked = language_of_tag(request.args.get("lang", ""))
    if asked and request.cookies.get(COOKIE) != asked:
        response.set_cookie(COOKIE, asked, max_age=COOKIE_LIFE, samesite="Lax", secure=request.is_secure, httponly=True)
    response.vary.update(("Accept-Language", "Cookie"))
    return response
