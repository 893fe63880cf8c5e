"""Certificates that nobody can read: some break at once, others only where a part is looked at (RFC 5280 section 4)."""

from collections.abc import Callable
from typing import Final

from device_authority import AUTHORITY, Extension, Holder, own, root
from written_der import sequence, tlv

Change = Callable[[bytes], bytes]
NAME: Final = "nobody"
DNS: Final = "a.example"
_TEXT: Final = b"\x0c\x06"
_VERSION: Final = b"\xa0\x03\x02\x01"
_ONE, _OTHER = "1.3.6.1.4.1.55555.1", "1.3.6.1.4.1.55555.2"
_ONE_DER, _OTHER_DER = bytes.fromhex("06092b0601040183b20301"), bytes.fromhex("06092b0601040183b20302")


def alternatives(*names: bytes) -> Extension:
    """An extension with alternative names of any kind."""
    return own("2.5.29.17", sequence(*names))


def dns(name: str) -> bytes:
    return tlv(0x82, name.encode())


X400: Final = tlv(0xA3, b"")
"""The address of a mail system that nobody has any more."""


def readable(now: float) -> Holder:
    """An authority, in force. Those below differ from it in one thing."""
    return root(now, NAME, *AUTHORITY, alternatives(dns(DNS)), own(_ONE, b""), own(_OTHER, b""))


def _with(before: bytes, after: bytes) -> Change:
    def change(der: bytes) -> bytes:
        assert before in der
        assert len(before) == len(after)
        return der.replace(before, after)

    return change


AT_ONCE: Final = {"of an eighth version": _with(_VERSION + b"\x02", _VERSION + b"\x07")}
NAMES: Final = {
    "with a name that is no text": _with(_TEXT + b"nobody", b"\x03\x06\x00obody"),
    "with a name that is not UTF-8": _with(_TEXT + b"nobody", _TEXT + b"\xffobody"),
}
EXTENSIONS: Final = {
    "with an extension twice": _with(_OTHER_DER, _ONE_DER),
    "with an alternative name that nobody reads": _with(dns(DNS), dns("example") + X400),
}
"""What is changed in its DER, by when it breaks."""
