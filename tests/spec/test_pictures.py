"""The first bytes of pictures (PNG third edition 5.2, JPEG annex B, RFC 9649 section 2)."""

import pytest

from ostiary.http.image import Picture, read_picture

_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def riff(form: bytes, data: bytes) -> bytes:
    chunk = form + len(data).to_bytes(4, "little") + data
    return b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk


@pytest.mark.parametrize(
    ("data", "type"),
    [
        (b"\xff\xd8" + _JFIF + b"\xff\xc0\x00\x11\x08\x00\x30\x00\x40\x03" + bytes(12), "image/jpeg"),
        (b"\xff\xd8" + _JFIF + b"\xff\xff\xc2\x00\x11\x08\x00\x30\x00\x40\x03" + bytes(12), "image/jpeg"),
        (riff(b"VP8X", b"\0\0\0\0" + b"\x3f\0\0" + b"\x2f\0\0"), "image/webp"),
        (riff(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + b"\x40\0" + b"\x30\0"), "image/webp"),
        (riff(b"VP8L", b"\x2f" + (63 | 47 << 14).to_bytes(4, "little") + bytes(6)), "image/webp"),
    ],
)
def test_size_and_type_are_read(data: bytes, type: str) -> None:
    assert read_picture(data) == Picture(type, 64, 48)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00" + bytes(40), b"RIFF\0\0\0\0WEBP"])
def test_what_is_cut_off_or_says_no_size_is_none(data: bytes) -> None:
    assert read_picture(data) is None


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (64).to_bytes(4, "big") + (48).to_bytes(4, "big") + bytes(9)
LOSSY = b"\0\0\0\x9d\x01\x2a" + b"\x40\0" + b"\x30\0"


def test_the_shortest_of_each_that_says_its_size_is_read() -> None:
    jpeg = b"\xff\xd8\xff\xd0\xff\xc0\x00\x11\x08\x00\x30\x00\x40"
    for data, type in ((PNG, "image/png"), (jpeg, "image/jpeg"), (riff(b"VP8 ", LOSSY), "image/webp")):
        assert read_picture(data) == Picture(type, 64, 48)
        assert read_picture(data[:-1]) is None


@pytest.mark.parametrize(
    "data",
    [
        PNG.replace(b"IHDR", b"IDAT"),
        PNG.replace(b"\rIHDR", b"\x0eIHDR"),
        b"\xff\xd8\xff\xe0\x00\x02\x00\xc0\x00\x11\x08\x00\x30\x00\x40" + bytes(9),
        riff(b"VP8 ", LOSSY).replace(b"WEBP", b"AVI "),
        riff(b"VP8 ", LOSSY).replace(b"RIFF", b"RIFX"),
        riff(b"VP8 ", LOSSY) + b"\0",
        riff(b"VP8 ", LOSSY.replace(b"\x2a", b"\x2b")),
        riff(b"VP8?", LOSSY),
        riff(b"VP8L", b"\x2e" + bytes(10)),
        riff(b"VP8?", b"\x2f" + bytes(10)),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_what_is_like_one_but_for_a_mark_is_none(data: bytes) -> None:
    assert read_picture(data) is None
