"""Photos sent with the form: made anew from their pixels, whatever else was in them; bad ones are told kindly."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from data.database import Database
from layers.needs.record import Need, NeedPhoto
from tests.webmap.forms import Form

LEAST = {"service": "food", "urgency": "ordinary", "lat": "30.2", "lng": "120.2", "key": "k" * 32}
SECRET = b"GPS-30.29312-120.13456"


def picture(size: tuple[int, int] = (40, 30), kind: str = "JPEG", **more: Any) -> bytes:
    """A picture whose left half is red."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def noise(side: int) -> bytes:
    """A picture that cannot be packed small."""
    written = io.BytesIO()
    Image.effect_noise((side, side), 120).save(written, "JPEG", quality=95)
    return written.getvalue()


def with_place() -> bytes:
    """A picture turned on its side that says where it was taken, in every way a JPEG has."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return picture(
        exif=exif.tobytes(), comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", icc_profile=SECRET
    )


def png_that_says_it_is_vast(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few hundred bytes that would be gigabytes of pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_with_a_text_bomb() -> bytes:
    """A small picture with a text that unpacks to 200 MB."""
    whole = picture(kind="PNG")
    content = b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9)
    bomb = struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))
    return whole[:33] + bomb + whole[33:]


def send(client: FlaskClient, *photos: bytes, **written: str) -> TestResponse:
    files = [FileStorage(io.BytesIO(one), f"{number}.jpg") for number, one in enumerate(photos)]
    boundary, body = encode_multipart({**LEAST, **written, "photos": files})
    return client.post("/report", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def kept(database: Database) -> list[NeedPhoto]:
    with database.read() as session:
        return list(session.execute(select(NeedPhoto).order_by(NeedPhoto.id)).scalars())


def count_of_needs(database: Database) -> int:
    with database.read() as session:
        return len(session.execute(select(Need.id)).all())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_with_the_need(client: FlaskClient, database: Database, kind: str) -> None:
    assert send(client, picture(kind=kind), picture((30, 60), kind)).status_code == 303
    photos = kept(database)

    assert [(photo.width, photo.height) for photo in photos] == [(40, 30), (30, 60)]
    shown = Image.open(io.BytesIO(photos[0].jpeg)).convert("RGB")
    assert shown.getpixel((5, 15))[0] > 200 > 60 > shown.getpixel((5, 15))[1]  # type: ignore[index]


def test_nothing_of_where_and_when_is_kept_and_the_photo_stands_upright(
    client: FlaskClient, database: Database
) -> None:
    assert SECRET in with_place()

    assert send(client, with_place() + b"<script>" + SECRET).status_code == 303
    (photo,) = kept(database)

    assert (photo.width, photo.height) == (30, 40)
    assert SECRET not in photo.jpeg
    made = Image.open(io.BytesIO(photo.jpeg))
    assert (dict(made.getexif()), made.info.get("icc_profile"), made.info.get("comment")) == ({}, None, None)
    assert b"script" not in photo.jpeg


def test_a_page_hung_on_behind_a_photo_is_left_outside(client: FlaskClient, database: Database) -> None:
    page = b"<html><script>alert(1)</script></html>"

    assert send(client, picture() + page, picture(kind="PNG") + b"PK\x03\x04" + page).status_code == 303
    assert [photo.jpeg[:3] for photo in kept(database)] == [b"\xff\xd8\xff"] * 2
    assert not any(page in photo.jpeg for photo in kept(database))


def test_a_large_photo_becomes_small(client: FlaskClient, database: Database) -> None:
    assert send(client, noise(2400)).status_code == 303
    (photo,) = kept(database)

    assert max(photo.width, photo.height) == 1600
    assert len(photo.jpeg) < 1_200_000, "even of noise, which cannot be packed"
    assert send(client, picture((4000, 3000)), key="l" * 32).status_code == 303
    assert len(kept(database)[1].jpeg) < 300_000


@pytest.mark.parametrize(
    "bad",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x00\x00\x00\x20ftypheic" + bytes(200),
        png_that_says_it_is_vast(),
        png_that_says_it_is_vast(2**31 - 1, 2**31 - 1),
        png_with_a_text_bomb(),
        b"PK\x03\x04" + zlib.compress(bytes(10_000_000)),
        b"GIF89a" + bytes(100),
        picture()[:200],
        b"",
        b"\xff\xd8\xff" + bytes(1000),
    ],
    ids=["svg", "heic", "vast", "vaster", "text bomb", "zip", "gif", "cut off", "empty", "not a jpeg"],
)
def test_what_is_no_photo_is_told_and_nothing_written_is_lost(
    client: FlaskClient, database: Database, bad: bytes
) -> None:
    answer = send(client, picture(), bad, words="rice", contact="138")

    form = Form(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert form.said["problem-photos"].startswith("Photo 2:")
    assert (form.fields["words"], form.fields["contact"], form.fields["service"]) == ("rice", "138", "food")
    assert (count_of_needs(database), kept(database)) == (0, [])


def test_a_picture_that_would_fill_the_memory_is_refused_by_the_size_it_says(client: FlaskClient) -> None:
    written = io.BytesIO()
    Image.new("1", (6000, 6000)).save(written, "PNG")
    assert len(written.getvalue()) < 10_000

    form = Form(send(client, written.getvalue()).get_data(as_text=True))

    assert "too large" in form.said["problem-photos"]


def test_more_than_three_are_not_taken(client: FlaskClient, database: Database) -> None:
    form = Form(send(client, *[picture()] * 4).get_data(as_text=True))

    assert form.said["problem-photos"] == "At most 3 photos can be sent."
    assert count_of_needs(database) == 0


def test_photos_straight_from_a_camera_are_taken_and_nothing_else_may_be_as_long(
    client: FlaskClient, database: Database
) -> None:
    raw = picture((3000, 2000)) + bytes(3 * 1024 * 1024)

    assert send(client, raw).status_code == 303
    assert len(kept(database)) == 1
    assert client.post("/sign-in", data={"email": "x" * len(raw)}).status_code == 413
    assert client.post("/api/v1/needs", data=raw, content_type="application/json").status_code == 413


def test_what_is_too_long_even_for_photos_is_told_in_words_about_photos(client: FlaskClient) -> None:
    answer = client.post(
        "/report",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(39 * 1024 * 1024)},
    )

    assert answer.status_code == 413
    assert "Go back: what you wrote is still there." in answer.get_data(as_text=True)


def test_an_impatient_second_press_keeps_each_photo_once(client: FlaskClient, database: Database) -> None:
    assert [send(client, picture()).status_code for _ in "ab"] == [303, 303]
    assert (count_of_needs(database), len(kept(database))) == (1, 1)
