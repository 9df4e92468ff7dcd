"""Every setting of Linli: its name, type, default and meaning, declared once.

Read from the environment (`LINLI_` and the name in capitals) when the application is made, never at import.
`docs/settings.md` is written from this file: `python -m webmap.settings > docs/settings.md`.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

INSTANCE = Path(__file__).resolve().parent.parent / "instance"

#: Fewer characters than this can be guessed by trying; 32 of the alphabet used here carry about 190 bits.
SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16

LANGUAGES = ("en", "zh_Hans")


class UnsafeSetting(ValueError):
    """A setting has a value with which Linli does not start; the message is one line for whoever starts it."""


def _setting(default: Any, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the application was told. Make one with `from_environment`, or by hand in a test."""

    database_url: str = _setting(
        "",
        "Where everything is kept: `sqlite:////absolute/file` or `postgresql://user:password@host/name`. "
        "Empty: the file `instance/linli.sqlite` of this checkout, whatever the working directory.",
        secret=True,
    )
    basemap: str = _setting(
        "",
        "The file of the base map, a PMTiles archive, which `linli load osm` writes and the map reads. Empty: "
        "`basemap.pmtiles` beside the store's file, with PostgreSQL in `instance/` of this checkout.",
    )
    secret_key: str = _setting(
        "",
        "Signs sessions and forms, and enciphers the secrets of second factors, which have to be reset after a change, "
        "and blinds the households served at drops, of which none is known any more after a change; at least 32 "
        "characters, the same for every process. Empty: made once and kept in `instance/secret_key`, readable by its "
        "owner only.",
        secret=True,
    )
    production: bool = _setting(
        False,
        "Says that strangers can reach this installation: the secret key and the host names must then be given, "
        "and demo accounts cannot sign in at all.",
    )
    hosts: tuple[str, ...] = _setting(
        (),
        "Host names this installation answers to, separated by commas (`linli.example.org`). Empty: any name, which "
        "production refuses.",
    )
    proxies: int = _setting(
        0,
        "How many reverse proxies stand in front and set X-Forwarded-For and X-Forwarded-Proto. Too many lets "
        "a caller choose its own address, too few makes every caller look like the proxy.",
    )
    timezone: str = _setting("Asia/Shanghai", "The zone in which moments are shown; they are kept in UTC.")
    language: str = _setting("en", "The language for a visitor who asks for none: `en` or `zh_Hans`.")
    session_hours: int = _setting(
        12, "After so many hours without a request a signed-in person has to sign in again: one long shift."
    )
    metrics_token: str = _setting(
        "",
        "With it, `/metrics` answers from anywhere to `Authorization: Bearer …`; at least 16 characters. Empty: "
        "only the machine itself is answered.",
        secret=True,
    )
    limits_url: str = _setting(
        "memory://",
        "Where tries to sign in are counted. `memory://` counts in each worker process by itself; "
        "`redis://host:6379` counts across workers and machines.",
        secret=True,
    )

    def __post_init__(self) -> None:
        _refuse_unsafe(self)


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environment` (default: the process's own), with the secret key made when there is none.

    Raises UnsafeSetting with one line that names the setting.
    """
    given = os.environ if environment is None else environment
    values = {
        one.name: _read(one.name, one.default, given[variable(one.name)].strip())
        for one in fields(Settings)
        if given.get(variable(one.name), "").strip()
    }
    if not values.get("secret_key") and not values.get("production"):
        values["secret_key"] = kept_secret_key(INSTANCE)
    return Settings(**values)


def variable(name: str) -> str:
    """The environment variable of a setting: `database_url` is LINLI_DATABASE_URL."""
    return f"LINLI_{name.upper()}"


def kept_secret_key(instance: Path) -> str:
    """The installation's own secret key, made and kept (mode 0600) by whichever process asks first."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=instance)  # made 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # refuses to replace the key of a process that was faster
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    if path.stat().st_mode & 0o077:
        raise UnsafeSetting(f"others can read {path}; run: chmod 600 {path}")
    return path.read_text().strip()


def _read(name: str, default: Any, text: str) -> Any:
    if isinstance(default, bool):
        if text.lower() not in ("0", "1", "no", "yes", "false", "true"):
            raise UnsafeSetting(f"{variable(name)} is 1 or 0, not {text!r}")
        return text.lower() in ("1", "yes", "true")
    if isinstance(default, int):
        if not text.isdecimal():
            raise UnsafeSetting(f"{variable(name)} is a whole number, not {text!r}")
        return int(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _refuse_unsafe(settings: Settings) -> None:
    if len(settings.secret_key) < SHORTEST_SECRET:
        raise UnsafeSetting(f"LINLI_SECRET_KEY needs at least {SHORTEST_SECRET} characters")
    if len(set(settings.secret_key)) < 8:
        raise UnsafeSetting("LINLI_SECRET_KEY repeats itself; make one with: openssl rand -base64 48")
    if settings.metrics_token and len(settings.metrics_token) < SHORTEST_TOKEN:
        raise UnsafeSetting(f"LINLI_METRICS_TOKEN needs at least {SHORTEST_TOKEN} characters")
    if settings.language not in LANGUAGES:
        raise UnsafeSetting(f"LINLI_LANGUAGE is one of {', '.join(LANGUAGES)}, not {settings.language!r}")
    if settings.session_hours < 1:
        raise UnsafeSetting("LINLI_SESSION_HOURS is at least 1")
    if settings.production and not settings.hosts:
        raise UnsafeSetting("LINLI_PRODUCTION=1 needs LINLI_HOSTS, the names this installation answers to")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnsafeSetting(f"LINLI_TIMEZONE is a zone such as Asia/Shanghai, not {settings.timezone!r}") from None


def as_markdown() -> str:
    """`docs/settings.md`, written from the declarations above."""
    lines = [
        "# Settings",
        "",
        "Written from `webmap/settings.py`: `python -m webmap.settings > docs/settings.md`.",
        "",
        "| variable | type | default | meaning |",
        "|---|---|---|---|",
    ]
    for one in fields(Settings):
        kind = {bool: "1 or 0", int: "whole number", tuple: "list"}.get(type(one.default), "text")
        lines.append(f"| `{variable(one.name)}` | {kind} | {_shown(one.default)} | {one.metadata['meaning']} |")
    return "\n".join(lines) + "\n"


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return str(int(default))
    return f"`{default}`" if default not in ("", ()) else "empty"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
