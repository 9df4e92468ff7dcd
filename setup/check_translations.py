"""Compares the catalogues of translations with what the code says; --update adds what is new to them.

Exits 1 and names each text that a catalogue lacks, leaves empty, marks as uncertain or no longer needs.
"""

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "webmap"
TRANSLATIONS = PACKAGE / "translations"
LANGUAGES = ("zh_Hans",)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}


def settings() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def new_catalogue(language: str | None) -> Catalog:
    """An empty catalogue with the product's own name wherever the format asks for one."""
    return Catalog(
        locale=language,
        project="Linli",
        version=settings()["project"]["version"],
        header_comment="# What Linli says, in other words. `make translations` keeps it in step with the code.",
        revision_date=datetime.now(UTC),
        copyright_holder="Linli",
        msgid_bugs_address="Linli",
        last_translator="Linli",
        language_team="Linli",
        charset="utf-8",
        fuzzy=False,
    )


def texts_in_code() -> Catalog:
    """Every text webmap marks for translation, with the files it stands in and the line."""
    methods = [(mapping["pattern"], mapping["method"]) for mapping in settings()["tool"]["babel"]["mappings"]]
    catalogue = new_catalogue(None)
    found = extract_from_dir(PACKAGE, methods, keywords=KEYWORDS, comment_tags=("translators:",))
    for name, line, text, comments, context in sorted(found, key=lambda entry: entry[:2]):
        catalogue.add(text, locations=[(f"webmap/{name}", line)], auto_comments=comments, context=context)
    return catalogue


def catalogue_of(language: str) -> Catalog:
    """The catalogue kept for a language; an empty one before the first update."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return new_catalogue(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str, template: Catalog) -> None:
    """Writes the catalogue anew: new texts empty, texts no longer said dropped, translations kept."""
    catalogue = catalogue_of(language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, width=100, include_lineno=False)


def is_complete(message: Message) -> bool:
    """True if the text, and each of its plural forms, is translated and nobody marked it as uncertain."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return not message.fuzzy and all(forms)


def faults(language: str, template: Catalog) -> list[str]:
    """One line for each text whose translation is missing, empty, uncertain or no longer needed."""
    catalogue = catalogue_of(language)
    lines = []
    for message in template:
        if not message.id:
            continue
        kept = catalogue.get(message.id, message.context)
        where = ", ".join(sorted({name for name, _ in message.locations}))
        if kept is None:
            lines.append(f"{language}: not in the catalogue: {message.id!r} ({where})")
        elif not is_complete(kept):
            lines.append(f"{language}: not translated: {message.id!r} ({where})")
        else:
            lines += [f"{language}: {error} in the translation of {message.id!r}" for error in kept.check(catalogue)]
    for message in catalogue:
        if message.id and template.get(message.id, message.context) is None:
            lines.append(f"{language}: no longer said anywhere: {message.id!r}")
    return lines


def main() -> int:
    template = texts_in_code()
    if "--update" in sys.argv:
        for language in LANGUAGES:
            update(language, template)
        return 0
    lines = [line for language in LANGUAGES for line in faults(language, template)]
    print(*lines, sep="\n") if lines else print("Translations are complete.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
