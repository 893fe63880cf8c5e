"""What a picture is, by its own first bytes and not by what somebody says of it (PNG third edition section 5, JPEG ISO
10918-1 annex B, RFC 9649). Nothing of it is decoded."""

from typing import Final

from ostiary.model.frozen import frozen

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Of JPEG: baseline, extended and progressive, which browsers show."""
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})


@frozen
class Picture:
    """Width and height in pixels."""

    type: str
    width: int
    height: int


def read_picture(data: bytes) -> Picture | None:
    """None for anything but a PNG, JPEG or WebP; what may hold scripts, as SVG does, is none of them."""
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _png(data: bytes) -> Picture | None:
    if len(data) < 33 or data[8:16] != b"\x00\x00\x00\x0dIHDR":
        return None
    return Picture("image/png", _big(data[16:20]), _big(data[20:24]))


def _jpeg(data: bytes) -> Picture | None:
    """Segments one after the other, up to the frame that states the size."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            return Picture("image/jpeg", _big(data[at + 7 : at + 9]), _big(data[at + 5 : at + 7]))
        at += 1 if marker == 0xFF else 2 if marker in _WITHOUT_LENGTH else 2 + max(2, _big(data[at + 2 : at + 4]))
    return None


def _webp(data: bytes) -> Picture | None:
    form, chunk = data[12:16], data[20:]
    if int.from_bytes(data[4:8], "little") + 8 != len(data) or len(chunk) < 10:
        return None
    if form == b"VP8X":
        return Picture("image/webp", _little(chunk[4:7]) + 1, _little(chunk[7:10]) + 1)
    if form == b"VP8 " and chunk[3:6] == b"\x9d\x01\x2a":
        return Picture("image/webp", _little(chunk[6:8]) & 0x3FFF, _little(chunk[8:10]) & 0x3FFF)
    if form == b"VP8L" and chunk[0] == 0x2F:
        bits = _little(chunk[1:5])
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
