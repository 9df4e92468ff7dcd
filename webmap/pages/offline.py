"""What makes Linli a page that can be installed and opened without signal: manifest, service worker, and outbox."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from layers.vocabulary.queries import vocabulary
from webmap.access import allowed
from webmap.service import service

blueprint = Blueprint("offline", __name__)

#: Pages that open without signal once the worker is installed. The map is kept when somebody has opened it.
PAGES = ("/report", "/waiting")

#: The files these pages need, below `static/`. What else was used is kept as it is used.
FILES = ("tokens.css", "base.css", "report.css", "report/*.css", "icon.svg", "offline/*.js", "report/*.js")


@blueprint.get("/worker.js")
@allowed("pages.static")
def worker() -> Response:
    """The service worker, at the root because it speaks for the whole site; its first line says what to keep."""
    static = Path(current_app.static_folder or "")
    files = [path.relative_to(static).as_posix() for pattern in FILES for path in sorted(static.glob(pattern))]
    shell = {
        "version": version(static),
        "pages": PAGES,
        "files": [url_for("static", filename=name) for name in files if name != "offline/worker.js"],
    }
    code = (static / "offline" / "worker.js").read_text(encoding="utf-8")
    answer = Response(f"self.shell = {orjson.dumps(shell).decode()};\n{code}", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@cache
def version(static: Path) -> str:
    """Changes with every file, template and translation of this installation: what is kept is of one version."""
    webmap = Path(__file__).resolve().parent.parent
    content = hashlib.sha256()
    for folder in (static, webmap / "templates", webmap / "translations"):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content.update(path.name.encode() + path.read_bytes())
    return content.hexdigest()[:16]


@blueprint.get("/manifest.webmanifest")
@allowed("pages.static")
def manifest() -> Response:
    """How Linli stands on a phone's home screen. It opens the form: that needs least of a weak line."""
    answer = jsonify(
        name=_("Linli: help in the neighbourhood"),
        short_name=_("Linli"),
        lang=str(get_locale()).replace("_", "-"),
        id="/",
        start_url="/report",
        scope="/",
        display="standalone",
        background_color="#f4f6f4",
        theme_color="#0a6b5d",
        icons=[*map(_icon, (192, 512)), _icon(512, "maskable")],
        shortcuts=[{"name": _("Neighbourhood map"), "url": "/"}, {"name": _("On this phone"), "url": "/waiting"}],
    )
    answer.mimetype = "application/manifest+json"
    return answer


def _icon(size: int, purpose: str = "any") -> dict[str, Any]:
    name = f"icon-{size}.png" if purpose == "any" else f"icon-{purpose}-{size}.png"
    return {
        "src": url_for("static", filename=f"offline/{name}"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@blueprint.get("/waiting")
@allowed("pages.waiting")
def waiting() -> str:
    """What waits on the phone that opens this page; the page itself is the same for everybody."""
    with service().database.read() as session:
        services = vocabulary(session).services
    language = str(get_locale())
    return render_template(
        "waiting.html", services={name: title.in_language(language) for name, title in services.items()}
    )
