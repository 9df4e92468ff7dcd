"""Every page is there in English and in simplified Chinese."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from webmap.language import language_of_tag

PAGE = "/problems/too-much"
ENGLISH, CHINESE = 'lang="en"', 'lang="zh-Hans"'


def page(client: FlaskClient, path: str = PAGE, **headers: str) -> str:
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    ("preferred", "expected"),
    [
        ("", ENGLISH),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh-TW", CHINESE),
        ("en-GB,zh;q=0.5", ENGLISH),
        ("zh;q=0.2,en;q=0.8", ENGLISH),
        ("fr-FR,zh-Hans;q=0.4", CHINESE),
        ("fr-FR", ENGLISH),
        ("*", ENGLISH),
    ],
)
def test_a_page_speaks_what_the_browser_prefers(client: FlaskClient, preferred: str, expected: str) -> None:
    assert f"<html {expected}" in page(client, Accept_Language=preferred)


def test_a_choice_in_the_address_is_kept_for_the_next_page(client: FlaskClient) -> None:
    assert f"<html {CHINESE}" in page(client, f"{PAGE}?lang=zh_Hans")
    assert f"<html {CHINESE}" in page(client, Accept_Language="en")

    assert f"<html {ENGLISH}" in page(client, f"{PAGE}?lang=en")
    assert f"<html {ENGLISH}" in page(client, Accept_Language="zh")


def test_a_language_nobody_speaks_here_changes_nothing(client: FlaskClient) -> None:
    answer = client.get(f"{PAGE}?lang=../../etc/passwd")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_every_page_leads_to_itself_in_the_other_language(client: FlaskClient) -> None:
    assert '"/sign-in?next=%2Faccount&amp;lang=zh_Hans"' in page(client, "/sign-in?next=/account&lang=en")
    assert 'lang="zh-Hans"' in page(client) and "简体中文" in page(client)


def test_the_api_sets_no_cookie_for_a_language(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/api/v1/nothing?lang=zh_Hans").headers


def test_pages_say_that_they_differ_by_language(client: FlaskClient) -> None:
    assert {"Accept-Language", "Cookie"} <= set(client.get(PAGE).headers["Vary"].split(", "))


@pytest.mark.parametrize("path", ["/sign-in", "/problems/too-much", "/problems/cross-site", "/nobody/lives/here"])
def test_a_chinese_page_has_no_english_sentence_left(client: FlaskClient, path: str) -> None:
    text = page(client, path, Accept_Language="zh")

    for english in ("Staff sign-in", "To the map", "Email address", "Password", "HTTP status", "There is nothing"):
        assert english not in text


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh", "zh_Hans"), ("zh_Hans", "zh_Hans"), ("ZH-cn", "zh_Hans"), ("en", "en"), ("english", None), ("", None)],
)
def test_a_tag_is_one_of_our_languages_or_none(tag: str, language: str | None) -> None:
    assert language_of_tag(tag) == language


def test_a_file_asked_for_in_a_language_chooses_nothing_for_anybody(client: FlaskClient) -> None:
    answer = client.get("/worker.js?lang=zh-Hans&type=large")

    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
