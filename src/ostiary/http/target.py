"""Request targets and authorities: one spelling for a path, or none (RFC 9112 section 3.2, RFC 3986).

A gateway and its upstream must see the same path. What servers are known to read in more than one way is refused:
an encoded slash, backslash or NUL, dot segments, empty segments, double encoding, `;` in a path, invalid UTF-8.
"""

from typing import Final
from urllib.parse import unquote_to_bytes

from ostiary.http import syntax
from ostiary.model.errors import BadRequest
from ostiary.model.reasons import Reason

_ENCODED: Final = {
    b"%02X" % byte: (bytes((byte,)) if byte in syntax.UNRESERVED else b"%%%02X" % byte)
    for byte in range(0x20, 0x100)
    if byte not in b"/\\\x7f"
}
"""How each encoded byte is spelled in a canonical path. Not in it: controls, `/` and backslash."""

_ODD: Final = frozenset((b"", b".", b".."))

Target = tuple[bytes, list[bytes], bytes | None, bytes | None]
"""Path, its segments (between its slashes), query (None where there is no `?`), authority (None in origin-form)."""


def parse(target: bytes, method: bytes) -> Target:
    """The target in its canonical spelling. Raises BadRequest(TARGET_INVALID)."""
    if target == b"*" and method == b"OPTIONS":
        return target, [target], None, None
    authority = None
    if target[:1] != b"/":
        authority, target = absolute(target)
    path, mark, query = target.partition(b"?")
    if mark and query.translate(None, syntax.QUERY):
        raise BadRequest(Reason.TARGET_INVALID)
    path, segments = canonical(path)
    return path, segments, query if mark else None, authority


def canonical(path: bytes) -> tuple[bytes, list[bytes]]:
    """The one spelling of a path, and its segments; only the last may be empty. Raises BadRequest(TARGET_INVALID)."""
    if path.translate(None, syntax.PATH):
        path = _spelled(path)
    segments = path.split(b"/")
    del segments[0]
    if not _ODD.isdisjoint(segments) and not (segments[-1] == b"" and _ODD.isdisjoint(segments[:-1])):
        raise BadRequest(Reason.TARGET_INVALID)
    return path, segments


def decoded(segment: bytes) -> str:
    """What a segment of a canonical path says."""
    return unquote_to_bytes(segment).decode()


def _spelled(path: bytes) -> bytes:
    """Encode what must be encoded, in capitals, and nothing else (RFC 3986 section 6.2.2)."""
    first, *rest = path.split(b"%")
    spelled = [first]
    for part in rest:
        byte = _ENCODED.get(part[:2].upper())
        if byte is None:
            raise BadRequest(Reason.TARGET_INVALID)
        spelled += (byte, part[2:])
    whole = b"".join(spelled)
    if whole.translate(None, syntax.PATH + b"%") or _is_encoded_twice(whole) or not _is_utf8(unquote_to_bytes(whole)):
        raise BadRequest(Reason.TARGET_INVALID)
    return whole


def _is_encoded_twice(path: bytes) -> bool:
    """Whether another encoding would come out of a decoded one, whose digits may have been encoded as well."""
    behind = (part[:2] for part in path.split(b"%25")[1:])
    return any(len(two) == 2 and not two.translate(None, syntax.HEX) for two in behind)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def absolute(target: bytes) -> tuple[bytes, bytes]:
    """Authority and origin-form of an absolute-form target (RFC 9112 section 3.2.2)."""
    scheme, mark, rest = target.partition(b"://")
    if not mark or scheme.lower() not in (b"http", b"https"):
        raise BadRequest(Reason.TARGET_INVALID)
    cut = min((at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0), default=len(rest))
    origin_form = rest[cut:] if rest[cut : cut + 1] == b"/" else b"/" + rest[cut:]
    return rest[:cut], origin_form


def served_authorities(origin: str) -> frozenset[bytes]:
    """The spellings of an origin's authority, in lower case: with and without its scheme's default port."""
    scheme, _, authority = origin.lower().partition("://")
    default = {"https": ":443", "http": ":80"}[scheme]
    host = authority.removesuffix(default)
    bare = host == authority and authority.rpartition(":")[1] and not authority.endswith("]")
    return frozenset({host.encode()} | (set() if bare else {f"{host}{default}".encode()}))
