"""The situation report as a download: for staff, and with what staff see only for officials."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.webmap.conftest import SignedIn
from tests.webmap.official import in_a_page, put


def test_an_official_downloads_the_internal_report_and_others_the_public_one(
    client: FlaskClient, signed_in: SignedIn
) -> None:
    official, volunteer = in_a_page(signed_in("district_official")), signed_in("volunteer")
    put(official, "compounds")

    internal = official.get("/sitrep?audience=internal")
    public = volunteer.get("/sitrep")

    assert (internal.status_code, public.status_code) == (200, 200)
    assert "for staff only" in internal.get_data(as_text=True)
    assert "for staff only" not in public.get_data(as_text=True)
    assert internal.headers["Content-Disposition"].startswith('attachment; filename="situation-')
    assert internal.headers["Cache-Control"] == "private, no-store"
    assert volunteer.get("/sitrep?audience=internal").status_code == 403
    assert "audience=internal" not in volunteer.get("/dashboard/list").get_data(as_text=True)
    assert client.get("/sitrep").status_code == 302
    for bad in ("audience=all", "at=tomorrow", "at=2031-01-01T00:00:00Z"):
        assert official.get(f"/sitrep?{bad}").status_code == 400
    for bad, said in (
        ("audience=all", "公开和内部"),
        ("at=tomorrow", "无法识别"),
        ("at=2031-01-01T00:00:00Z", "尚未到来"),
    ):
        assert said in official.get(f"/sitrep?{bad}&lang=zh").get_data(as_text=True)


def test_in_an_empty_store_the_page_says_that_there_is_nothing_to_report(signed_in: SignedIn) -> None:
    answer = signed_in("administrator").get("/sitrep")

    assert answer.status_code == 400
    assert "nothing in this store" in answer.get_data(as_text=True)
