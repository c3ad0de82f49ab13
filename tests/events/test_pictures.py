"""Pictures: rebuilt from pixels, in three sizes; whatever is hostile is refused by name."""

from contextlib import suppress
from io import BytesIO
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from calendar_app.events.pictures import MOST_BYTES, PictureError, rebuild


def picture(width: int = 2000, height: int = 1000, kind: str = "JPEG", **more: object) -> bytes:
    mode = "RGBA" if kind == "PNG" else "RGB"
    color = (200, 30, 60, 0) if mode == "RGBA" else (200, 30, 60)
    out = BytesIO()
    Image.new(mode, (width, height), color).save(out, kind, **more)
    return out.getvalue()


def test_three_sizes_never_larger_than_it_was() -> None:
    assert [(one.width, one.height) for one in rebuild(picture(2000, 1000))] == [
        (480, 240), (960, 480), (1600, 800),
    ]  # fmt: skip
    assert [one.width for one in rebuild(picture(700, 700))] == [480, 700]
    assert [one.width for one in rebuild(picture(960, 300, "WEBP"))] == [480, 960]


def test_nothing_of_the_file_is_kept_and_the_camera_is_held_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right
    exif[0x010E] = "SECRET PLACE"
    exif.get_ifd(0x8825)[2] = (52.0, 4.0, 18.0)
    upload = picture(1000, 500, exif=exif.tobytes(), comment=b"SECRET PLACE")
    assert b"SECRET" in upload
    for one in rebuild(upload):
        assert one.height > one.width
        assert b"SECRET" not in one.content and b"Exif" not in one.content
        with Image.open(BytesIO(one.content)) as again:
            assert again.format == "JPEG" and not again.getexif()


def test_a_second_file_behind_the_picture_is_left_behind() -> None:
    hidden = b"PK\x03\x04 <script>alert(1)</script>"
    for one in rebuild(picture() + hidden):
        assert hidden not in one.content


def test_what_is_transparent_becomes_white() -> None:
    (first, *_) = rebuild(picture(500, 400, "PNG"))
    with Image.open(BytesIO(first.content)) as again:
        assert min(again.getpixel((10, 10))) > 250  # type: ignore[type-var, operator]


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EOF"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (EPS, "not a picture"),
        (SVG, "not a picture"),
        (b"GIF89a<script>", "not a picture"),
        (picture(900, 900, "GIF"), "not a picture"),
        (picture()[:400], "not a picture"),
        (b"", "not a picture"),
        (picture(200, 200), "too small"),
        (b"\0" * (MOST_BYTES + 1), "too large"),
    ],
)
def test_what_cannot_be_used_says_why(upload: bytes, says: str) -> None:
    with pytest.raises(PictureError) as problem:
        rebuild(upload)
    assert says in problem.value.error.message


def test_a_bomb_is_judged_by_its_size_before_any_pixel_is_read() -> None:
    # A PNG that says 30,000 × 30,000 in its header, and is a few bytes long.
    small = bytearray(picture(500, 500, "PNG"))
    small[16:24] = (30_000).to_bytes(4, "big") * 2
    small[29:33] = crc32(bytes(small[12:29])).to_bytes(4, "big")
    with pytest.raises(PictureError) as problem:
        rebuild(bytes(small))
    assert "pixels" in problem.value.error.message or "not a picture" in problem.value.error.message


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=40))
def test_a_damaged_picture_is_a_picture_or_refused(at: int, junk: bytes) -> None:
    upload = picture(640, 480)
    at = min(at, len(upload) - 1)
    with suppress(PictureError):
        assert rebuild(upload[:at] + junk + upload[at + len(junk) :])
