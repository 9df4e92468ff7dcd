"""Settings are read once, from the environment, and an unsafe one stops the start with one clear line."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.house.checkout import PACKAGES, files
from webmap.settings import Settings, UnsafeSetting, from_environment, kept_secret_key, variable

KEY = "q8Vn3-rT6yLw0ZkPa5sXe9Hu2JbMc7Df4G"


def test_what_is_not_said_has_its_default() -> None:
    settings = from_environment({"LINLI_SECRET_KEY": KEY, "LINLI_TIMEZONE": "  "})

    assert settings == Settings(secret_key=KEY)
    assert settings.timezone == "Asia/Shanghai"


def test_values_are_read_by_their_kind() -> None:
    settings = from_environment(
        {
            "LINLI_SECRET_KEY": KEY,
            "LINLI_PRODUCTION": "yes",
            "LINLI_HOSTS": "linli.example.org, map.example.org,",
            "LINLI_PROXIES": "2",
            "LINLI_DATABASE_URL": "postgresql://linli@db/linli",
        }
    )

    assert settings.production is True
    assert settings.hosts == ("linli.example.org", "map.example.org")
    assert settings.proxies == 2
    assert settings.database_url == "postgresql://linli@db/linli"


@pytest.mark.parametrize(
    "environment",
    [
        {"LINLI_SECRET_KEY": "short"},
        {"LINLI_SECRET_KEY": "a" * 40},
        {"LINLI_PRODUCTION": "1", "LINLI_SECRET_KEY": ""},
        {"LINLI_PRODUCTION": "1"},
        {"LINLI_PRODUCTION": "perhaps"},
        {"LINLI_METRICS_TOKEN": "1234"},
        {"LINLI_TIMEZONE": "Mars/Olympus"},
        {"LINLI_TIMEZONE": "../../etc/passwd"},
        {"LINLI_LANGUAGE": "fr"},
        {"LINLI_PROXIES": "-1"},
        {"LINLI_SESSION_HOURS": "0"},
    ],
    ids=str,
)
def test_an_unsafe_value_is_refused_in_one_line_that_names_the_setting(environment: dict[str, str]) -> None:
    with pytest.raises(UnsafeSetting) as refusal:
        from_environment({"LINLI_SECRET_KEY": KEY, **environment})

    assert "LINLI_" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_secrets_are_not_shown_when_settings_are() -> None:
    shown = repr(Settings(secret_key=KEY, database_url="postgresql://u:pw@db/x", metrics_token="0123456789abcdef"))  # noqa: S106

    assert KEY not in shown and "pw" not in shown and "0123456789abcdef" not in shown


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    instance = tmp_path / "instance"

    key = kept_secret_key(instance)

    assert len(key) >= 32
    assert kept_secret_key(instance) == key
    assert (instance / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in instance.iterdir()] == ["secret_key"]


def test_a_secret_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    kept_secret_key(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)

    with pytest.raises(UnsafeSetting, match="chmod 600"):
        kept_secret_key(tmp_path)


def test_every_variable_that_is_read_is_declared_with_its_meaning() -> None:
    text = "".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in files(f"{name}/**/*.py"))

    assert set(re.findall(r"\bLINLI_[A-Z_]+[A-Z]\b", text)) <= {variable(one.name) for one in fields(Settings)}
